// A chart of lines over steps or time, with a cursor that all charts of a widget share.

import { el, svg } from "./shared.js";
import { drawing } from "./drawing.js";
import { brief, exact, lasting, nearest, ticks } from "./training_data.js";

const SERIES = {
  light: ["#23617f", "#b45309", "#7a4fa3", "#12795a", "#aa3377", "#7a6a00"],
  dark: ["#8ccbea", "#f5a65b", "#c5a3e8", "#4fd1a5", "#f08cc0", "#e0c84a"],
};
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]];
const MARKERS = ["M-4,0A4,4 0 1 0 4,0A4,4 0 1 0 -4,0Z", "M-3.5,-3.5H3.5V3.5H-3.5Z", "M0,-4.5L4.5,3.5H-4.5Z", "M0,-5L5,0L0,5L-5,0Z", "M0,4.5L4.5,-3.5H-4.5Z", "M-4,-1.5H-1.5V-4H1.5V-1.5H4V1.5H1.5V4H-1.5V1.5H-4Z"];
const EDGE = { left: 52, right: 12, top: 8, bottom: 24 };

/** The look of the n-th line: never by colour alone. */
export function look(view, number, dash = number, marker = number) {
  const colours = SERIES[view.dark ? "dark" : "light"];
  return { colour: colours[number % colours.length], dash: DASHES[dash % DASHES.length], marker: MARKERS[marker % MARKERS.length] };
}

/** A small piece of a line, for legends. */
export function swatch({ colour, dash, marker }, marked) {
  return svg("svg", { class: "swatch", viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true" },
    svg("line", { x1: 0, x2: 26, y1: 6, y2: 6, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash.join(" ") || null }),
    marked ? svg("path", { d: marker, transform: "translate(13 6) scale(0.95)", fill: colour }) : null);
}

/**
 * Make a chart.
 * @param {View} view
 * @param {Object} options
 * @param {string} options.title
 * @param {number} options.height
 * @param {() => Object} options.read returns `{lines, range, log, marks, unit}`: lines as
 *   `{x, y, faint, look, label, marked}` with `faint` what `y` is the mean of; the range of x;
 *   whether y is logarithmic; marks as `{x, text}`; and "step" or "time"
 * @param {Cursor} options.cursor
 */
export function chart(view, { title, height, read, cursor }) {
  const legend = el("div", { class: "row legend" });
  let shown = { lines: [], range: [0, 1], marks: [], unit: "step" };
  let place = null;
  let kept = null;
  const picture = drawing(view, { label: title, height, draw: (context, width, high) => {
    // The lines stay as they are while the cursor moves.
    if (kept?.of !== shown || kept.width !== width) {
      place = scales(shown, width, high);
      kept = { of: shown, width, canvas: linesOf(view, place, shown, width, high) };
    }
    context.drawImage(kept.canvas, 0, 0, width, high);
    drawSteps(view, context, place, shown, cursor.x, width, high);
    if (cursor.x !== null) drawCursor(view, context, place, shown, cursor.x, high);
  } });
  const node = el("figure", { class: "chart" }, el("figcaption", {}, el("h3", { text: title }), legend), picture.node);
  const tell = () => legend.replaceChildren(...shown.lines.map((line) => {
    const value = line.y[cursor.x === null ? line.y.length - 1 : nearest(line.x, cursor.x)];
    return el("span", { class: "entry" }, swatch(line.look, line.marked), line.label ? el("span", { text: line.label }) : null, el("b", { text: exact(value) }));
  }));
  const update = () => {
    shown = read();
    node.hidden = !shown.lines.length;
    picture.canvas.setAttribute("aria-label", `${title}: ${shown.lines.map(({ label, y }) => `${label} ${brief(y[0])} to ${brief(y.at(-1))}`).join("; ")}`);
    tell();
    picture.redraw();
  };
  view.listen(picture.canvas, "pointermove", (event) => {
    const { left } = picture.canvas.getBoundingClientRect();
    if (place) cursor.move(place.back(event.clientX - left));
  });
  view.listen(picture.canvas, "pointerleave", () => cursor.move(null));
  view.onTheme(update);
  cursor.follow(() => { tell(); picture.redraw(); });
  return { node, update };
}

/** Where a reader looks, in steps or seconds, or null; all charts follow it. */
export class Cursor {
  x = null;
  #followers = [];

  follow(act) {
    this.#followers.push(act);
  }

  move(x) {
    if (this.x === x) return;
    this.x = x;
    for (const act of this.#followers) act(x);
  }
}

function scales({ lines, range, log }, width, high) {
  let [low, top] = [Infinity, -Infinity];
  for (const { y, faint } of lines) {
    for (const value of faint ?? y) {
      if (log && value <= 0) continue;
      low = Math.min(low, value);
      top = Math.max(top, value);
    }
  }
  if (!(low <= top)) [low, top] = [log ? 0.1 : 0, 1];
  if (low === top) [low, top] = log ? [low / 2, top * 2] : [low - Math.abs(low) / 10 - 1e-9, top + Math.abs(top) / 10 + 1e-9];
  const scaled = log ? Math.log10 : (value) => value;
  const [from, to] = [scaled(low), scaled(top)];
  const room = 0.05 * (to - from);
  const across = Math.max(1, width - EDGE.left - EDGE.right);
  const up = high - EDGE.top - EDGE.bottom;
  const extent = range[1] - range[0] || 1;
  return {
    right: EDGE.left + across,
    low: log ? 10 ** (from - room) : from - room,
    top: log ? 10 ** (to + room) : to + room,
    x: (value) => EDGE.left + (across * (value - range[0])) / extent,
    y: (value) => EDGE.top + up * (1 - (scaled(value) - from + room) / (to - from + 2 * room)),
    back: (pixel) => Math.min(range[1], Math.max(range[0], range[0] + (extent * (pixel - EDGE.left)) / across)),
  };
}

/** All that does not follow the cursor, on a canvas of its own. */
function linesOf(view, place, shown, width, high) {
  const scale = devicePixelRatio || 1;
  const canvas = el("canvas", { width: Math.round(width * scale), height: Math.round(high * scale) });
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  drawValues(view, context, place, shown, width, high);
  drawMarks(view, context, place, shown, high);
  context.beginPath();
  context.rect(EDGE.left - 5, 0, width - EDGE.left - EDGE.right + 10, high - EDGE.bottom + 5);
  context.clip();
  for (const line of shown.lines) drawLine(context, place, line);
  return canvas;
}

const FONT = "11px system-ui, sans-serif";

function drawValues(view, context, place, { log }, width, high) {
  context.font = FONT;
  context.lineWidth = 1;
  context.strokeStyle = view.css("--line");
  context.fillStyle = view.css("--muted");
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of ticks(place.low, place.top, high / 38, log)) {
    const y = Math.round(place.y(value)) + 0.5;
    stroke(context, EDGE.left, y, width - EDGE.right, y);
    context.fillText(brief(value), EDGE.left - 7, y);
  }
  context.textBaseline = "alphabetic";
}

function drawSteps(view, context, place, { range, unit }, cursor, width, high) {
  context.font = FONT;
  context.lineWidth = 1;
  context.fillStyle = view.css("--muted");
  const [size, name] = unit === "step" ? [1, "step"] : timeUnit(range[1]);
  const right = width - EDGE.right;
  context.textAlign = "right";
  context.fillText(name, right, high - 6);
  const taken = right - context.measureText(name).width - 8;
  context.textAlign = "center";
  for (const value of ticks(range[0] / size, range[1] / size, width / 90)) {
    const x = place.x(value * size);
    const text = brief(value);
    const hidden = cursor !== null && Math.abs(place.x(cursor) - x) < 58;
    if (!hidden && x + context.measureText(text).width / 2 < taken) context.fillText(text, x, high - 6);
  }
  context.strokeStyle = view.css("--edge");
  stroke(context, EDGE.left, high - EDGE.bottom + 0.5, right, high - EDGE.bottom + 0.5);
}

function timeUnit(most) {
  return most < 180 ? [1, "seconds"] : most < 10_800 ? [60, "minutes"] : [3600, "hours"];
}

function stroke(context, x, y, toX, toY) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

function drawMarks(view, context, place, { marks = [] }, high) {
  const base = high - EDGE.bottom;
  for (const { x, text } of marks) {
    const at = place.x(x);
    context.fillStyle = context.strokeStyle = view.css(text ? "--bad" : "--muted");
    context.beginPath();
    context.moveTo(at, base - 7);
    context.lineTo(at + 4, base);
    context.lineTo(at - 4, base);
    context.fill();
    if (!text) continue;
    context.setLineDash([3, 3]);
    stroke(context, at, EDGE.top, at, base);
    context.setLineDash([]);
    context.textAlign = "right";
    context.fillText(text, at - 5, EDGE.top + 9);
  }
}

function drawLine(context, place, { x, y, faint, look: { colour, dash, marker }, marked }) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineJoin = "round";
  if (faint) {
    context.globalAlpha = 0.22;
    context.lineWidth = 1;
    trace(context, place, x, faint);
    context.globalAlpha = 1;
  }
  context.lineWidth = 1.8;
  context.setLineDash(dash);
  trace(context, place, x, y);
  context.setLineDash([]);
  if (marked || x.length === 1) {
    const path = new Path2D(marker);
    x.forEach((at, i) => {
      const [dx, dy] = [place.x(at), place.y(y[i])];
      context.translate(dx, dy);
      context.fill(path);
      context.translate(-dx, -dy);
    });
  }
}

function trace(context, place, x, y) {
  context.beginPath();
  let open = false;
  x.forEach((at, i) => {
    const high = place.y(y[i]);
    if (!Number.isFinite(high)) open = false;
    else if (open) context.lineTo(place.x(at), high);
    else {
      context.moveTo(place.x(at), high);
      open = true;
    }
  });
  context.stroke();
}

function drawCursor(view, context, place, { lines, unit }, x, high) {
  context.lineWidth = 1;
  context.strokeStyle = view.css("--edge");
  const at = Math.round(place.x(x)) + 0.5;
  stroke(context, at, EDGE.top, at, high - EDGE.bottom);
  for (const line of lines) {
    const i = nearest(line.x, x);
    const y = place.y(line.y[i]);
    if (!Number.isFinite(y)) continue;
    context.fillStyle = line.look.colour;
    context.strokeStyle = view.css("--paper");
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(place.x(line.x[i]), y, 4.5, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  const text = readAt(x, unit);
  const half = context.measureText(text).width / 2 + 4;
  const { right } = place;
  const middle = Math.min(right - half, Math.max(EDGE.left + half, at));
  context.fillStyle = view.css("--paper");
  context.fillRect(middle - half, high - EDGE.bottom + 2, 2 * half, 19);
  context.fillStyle = view.css("--ink");
  context.textAlign = "center";
  context.fillText(text, middle, high - 6);
}

/** Say where the cursor is. */
export function readAt(x, unit) {
  return unit === "step" ? `step ${brief(Math.round(x))}` : lasting(x);
}
