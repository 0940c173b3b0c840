// Numbers from Python, colours of nucleotides, and canvases that stay sharp.

import { counted, el } from "./shared.js";

const NUCLEOTIDES = {
  safe: {
    light: { A: "#1B9E77", C: "#004488", G: "#BB8800", T: "#AA3377", N: "#6b7280" },
    dark: { A: "#009E73", C: "#0072B2", G: "#E69F00", T: "#CC79A7", N: "#9ca3af" },
  },
  classic: {
    light: { A: "#138000", C: "#1f4fd8", G: "#d98200", T: "#d0021b", N: "#6b7280" },
    dark: { A: "#3fbf3f", C: "#6f9bff", G: "#ffb347", T: "#ff6b6b", N: "#9ca3af" },
  },
};

/** Colours by letter, for the theme and the palette of a view; other letters have that of N. */
export function nucleotideColours(view) {
  return NUCLEOTIDES[view.get("palette") ?? "safe"][view.dark ? "dark" : "light"];
}

/**
 * Read a `Bytes` trait or a buffer as numbers: `numbers(view.get("_scores"), Float32Array)`.
 * @param {DataView|ArrayBuffer|Uint8Array|null} bytes little-endian
 * @param {Function} [type] such as Float64Array
 */
export function numbers(bytes, type = Float32Array) {
  if (!bytes?.byteLength) return new type(0);
  const buffer = bytes.buffer ?? bytes;
  const start = bytes.byteOffset ?? 0;
  const end = start + bytes.byteLength;
  const aligned = start % type.BYTES_PER_ELEMENT === 0;
  return aligned ? new type(buffer, start, bytes.byteLength / type.BYTES_PER_ELEMENT) : new type(buffer.slice(start, end));
}

/** Call `act` in the next frame, once however often it was asked for. */
export function framed(act, signal) {
  let frame = 0;
  signal?.addEventListener("abort", () => cancelAnimationFrame(frame), { once: true });
  return () => {
    if (signal?.aborted) return;
    frame ||= requestAnimationFrame((time) => { frame = 0; act(time); });
  };
}

/**
 * Make a canvas as wide as what it is in, in pixels of the screen. It is drawn first once it has a size, and
 * again when its width, the theme or the palette changes, or `redraw()` is called.
 * @param {View} view
 * @param {Object} options
 * @param {string} options.label says what is seen
 * @param {number} options.height in CSS pixels
 * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} options.draw in CSS pixels
 * @returns {{node: HTMLElement, canvas: HTMLCanvasElement, redraw: () => void, size: () => {width: number, height: number}}}
 */
export function drawing(view, { label, height, draw }) {
  const canvas = el("canvas", { role: "img", "aria-label": label, class: "canvas" });
  const node = el("div", { class: "drawing", style: { height: `${height}px` } }, canvas);
  const size = () => ({ width: node.clientWidth, height: node.clientHeight });
  const redraw = framed(() => {
    const { width, height: high } = size();
    if (!width) return;
    const scale = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(high * scale)) canvas.height = Math.round(high * scale);
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, high);
    draw(context, width, high);
  }, view.signal);
  const watcher = new ResizeObserver(redraw);
  watcher.observe(node);
  view.signal.addEventListener("abort", () => watcher.disconnect(), { once: true });
  view.onTheme(redraw);
  return { node, canvas, redraw, size };
}

/** Show a sequence as text, wrapped, each base in its colour; the letters are the sign, colour only helps. */
export function sequenceText(text, { most = 240 } = {}) {
  const shown = text.slice(0, most);
  const runs = shown.match(/A+|C+|G+|T+|[^ACGT]+/gi) ?? [];
  const node = el("code", { class: "sequence" }, runs.map((run) => el("span", { class: `base-${run[0].toUpperCase()}`, text: run })));
  if (text.length > most) node.append(el("span", { class: "muted", text: `… ${counted(text.length)} bases` }));
  return node;
}
