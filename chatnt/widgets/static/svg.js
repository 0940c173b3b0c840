// A stand-in for the context of a canvas that writes down what is drawn, as SVG.

/** Do as much of CanvasRenderingContext2D as the tracks draw with; `text(paper)` is the picture. */
export class SvgContext {
  #parts = [];
  #path = "";
  #clips = 0;
  #open = [];
  #kept = [];

  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.fillStyle = "#000";
    this.strokeStyle = "#000";
    this.lineWidth = 1;
    this.globalAlpha = 1;
    this.font = "11px sans-serif";
    this.textAlign = "left";
    this.textBaseline = "alphabetic";
    this.dash = [];
    this.measure = document.createElement("canvas").getContext("2d");
  }

  save() {
    const { fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, textBaseline, dash } = this;
    this.#kept.push({ fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, textBaseline, dash });
    this.#open.push(0);
  }

  restore() {
    Object.assign(this, this.#kept.pop());
    this.#parts.push("</g>".repeat(this.#open.pop()));
  }

  setLineDash(dash) { this.dash = dash; }
  beginPath() { this.#path = ""; }
  moveTo(x, y) { this.#path += `M${short(x)} ${short(y)}`; }
  lineTo(x, y) { this.#path += `L${short(x)} ${short(y)}`; }
  rect(x, y, width, height) { this.#path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`; }
  stroke() { this.#write(`<path d="${this.#path}" fill="none"${this.#line()}/>`); }
  fillRect(x, y, width, height) { this.#write(`<rect${this.#box(x, y, width, height)}${this.#fill()}/>`); }
  strokeRect(x, y, width, height) { this.#write(`<rect${this.#box(x, y, width, height)} fill="none"${this.#line()}/>`); }

  clip() {
    this.#clips += 1;
    this.#write(`<clipPath id="clip-${this.#clips}"><path d="${this.#path}"/></clipPath><g clip-path="url(#clip-${this.#clips})">`);
    if (this.#open.length) this.#open[this.#open.length - 1] += 1;
  }

  /** Fill an outline, scaled and then moved; `drawLetter` looks for this. */
  outline(path, x, y, across, down) {
    this.#write(`<path d="${path}" transform="translate(${short(x)} ${short(y)}) scale(${across.toFixed(5)} ${down.toFixed(5)})" fill-rule="evenodd"${this.#fill()}/>`);
  }

  measureText(text) {
    this.measure.font = this.font;
    return this.measure.measureText(text);
  }

  fillText(text, x, y) {
    const anchor = { left: "start", right: "end", center: "middle" }[this.textAlign];
    const size = Number(/([\d.]+)px/.exec(this.font)?.[1] ?? 11);
    const down = this.textBaseline === "middle" ? size * 0.35 : this.textBaseline === "top" ? size * 0.8 : 0;
    const weight = /bold|[6-9]00/.test(this.font) ? ' font-weight="600"' : "";
    this.#write(`<text x="${short(x)}" y="${short(y + down)}" text-anchor="${anchor}" font-size="${size}"${weight}${this.#fill()}>${escaped(text)}</text>`);
  }

  text(paper) {
    const size = `width="${this.width}" height="${this.height}" viewBox="0 0 ${this.width} ${this.height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="DejaVu Sans, Arial, sans-serif">`
      + `<rect width="100%" height="100%" fill="${escaped(paper)}"/>${this.#parts.join("")}</svg>\n`;
  }

  #write(part) { this.#parts.push(part); }
  #box(x, y, width, height) { return ` x="${short(x)}" y="${short(y)}" width="${short(Math.max(0, width))}" height="${short(Math.max(0, height))}"`; }
  #fill() { return ` fill="${escaped(this.fillStyle)}"${this.globalAlpha < 1 ? ` fill-opacity="${this.globalAlpha}"` : ""}`; }
  #line() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    return ` stroke="${escaped(this.strokeStyle)}" stroke-width="${this.lineWidth}"${dash}${this.globalAlpha < 1 ? ` stroke-opacity="${this.globalAlpha}"` : ""}`;
  }
}

function short(number) {
  return String(Math.round(number * 100) / 100);
}

function escaped(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(text).replace(/[&<>"]/g, (sign) => names[sign]);
}
