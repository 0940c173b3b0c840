// Which bases are seen: panning and zooming by mouse, wheel, keys, and the window on the strip of the whole.

import { counted, el } from "./shared.js";

const LEAST = 20; // bases that are seen at least
const STILL = 4; // pixels that a click may move
const PART = 0.15; // of what is seen, for one step of panning

/** Keep a stretch within the whole, and at least `LEAST` bases long; it may be of fractions while one pans. */
export function within(start, end, whole) {
  const span = Math.min(whole.end - whole.start, Math.max(LEAST, end - start));
  const middle = (start + end) / 2;
  const first = Math.max(whole.start, Math.min(middle - span / 2, whole.end - span));
  return [first, first + span];
}

/** The stretch after zooming by a factor, with one base staying where it is. */
export function zoomed([start, end], factor, around, whole) {
  const span = Math.min(whole.end - whole.start, Math.max(LEAST, (end - start) * factor));
  const first = around - ((around - start) / (end - start)) * span;
  return within(first, first + span, whole);
}

/** In whole bases, as Python has it. */
export function rounded([start, end], whole) {
  const first = Math.max(whole.start, Math.round(start));
  return [first, Math.min(whole.end, Math.max(first + 1, Math.round(end)))];
}

/** What a key makes of a stretch, or null. */
export function afterKey(key, stretch, whole) {
  const [start, end] = stretch;
  const span = end - start;
  const pan = { ArrowLeft: -PART, ArrowRight: PART, PageUp: -1, PageDown: 1 }[key];
  if (pan !== undefined) return within(start + pan * span, end + pan * span, whole);
  if (key === "Home") return within(whole.start, whole.start + span, whole);
  if (key === "End") return within(whole.end - span, whole.end, whole);
  if (key === "+" || key === "=") return zoomed(stretch, 0.5, (start + end) / 2, whole);
  if (key === "-") return zoomed(stretch, 2, (start + end) / 2, whole);
  return key === "0" ? [whole.start, whole.end] : null;
}

/** Move by keys that are pressed on a node itself, not on what is in it. */
export function listenToKeys(app, node) {
  app.view.listen(node, "keydown", (event) => {
    if (event.target !== node || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = afterKey(event.key, app.stretch, app.whole);
    if (!next) return;
    event.preventDefault();
    app.move(next);
  });
}

/**
 * Pan by dragging a canvas, zoom by the wheel with Ctrl, point, and click.
 * @param {Object} app `{view, stretch, whole, move(stretch), point(base, node)}`
 * @param {HTMLElement} node
 * @param {(base: number) => void} [press]
 */
export function listenToCanvas(app, node, press) {
  const { view } = app;
  const perPixel = () => (app.stretch[1] - app.stretch[0]) / node.clientWidth;
  const baseAt = (event) => app.stretch[0] + (event.clientX - node.getBoundingClientRect().left) * perPixel();
  let drag = null;
  view.listen(node, "pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, stretch: app.stretch, moved: false };
    node.setPointerCapture(event.pointerId);
  });
  view.listen(node, "pointermove", (event) => {
    if (!drag) return app.point(Math.floor(baseAt(event)));
    drag.moved ||= Math.abs(event.clientX - drag.x) > STILL;
    if (!drag.moved) return undefined;
    const by = (drag.x - event.clientX) * perPixel();
    return app.move(within(drag.stretch[0] + by, drag.stretch[1] + by, app.whole));
  });
  view.listen(node, "pointerup", (event) => {
    if (drag && !drag.moved) press?.(Math.floor(baseAt(event)));
    drag = null;
  });
  view.listen(node, "pointercancel", () => { drag = null; });
  view.listen(node, "pointerleave", () => app.point(null));
  view.listen(node, "wheel", (event) => {
    if (!event.ctrlKey) return; // the notebook scrolls
    event.preventDefault();
    app.move(zoomed(app.stretch, 2 ** (Math.max(-60, Math.min(60, event.deltaY)) / 100), baseAt(event), app.whole));
  }, { passive: false });
}

/** Make the window on the strip of the whole: drag it, click beside it, or move it with keys. */
export function overviewFrame(app, strip) {
  const { view, whole } = app;
  const frame = el("div", { class: "frame", role: "slider", tabindex: 0, "aria-label": "What is seen of the whole", "aria-valuemin": whole.start, "aria-valuemax": whole.end, title: "Drag to move" });
  const bases = (pixels) => (pixels / strip.clientWidth) * (whole.end - whole.start);
  let drag = null;
  view.listen(strip, "pointerdown", (event) => {
    if (event.button !== 0) return;
    if (event.target !== frame) {
      const half = (app.stretch[1] - app.stretch[0]) / 2;
      const middle = whole.start + bases(event.clientX - strip.getBoundingClientRect().left);
      app.move(within(middle - half, middle + half, whole));
    }
    drag = { x: event.clientX, stretch: app.stretch };
    strip.setPointerCapture(event.pointerId);
  });
  view.listen(strip, "pointermove", (event) => {
    if (!drag) return;
    const by = bases(event.clientX - drag.x);
    app.move(within(drag.stretch[0] + by, drag.stretch[1] + by, whole));
  });
  for (const event of ["pointerup", "pointercancel"]) view.listen(strip, event, () => { drag = null; });
  listenToKeys(app, frame);
  return frame;
}

/** Put the window where the stretch is. */
export function placeFrame(frame, stretch, whole) {
  const share = (base) => (100 * (base - whole.start)) / (whole.end - whole.start);
  frame.style.left = `${share(stretch[0])}%`;
  frame.style.width = `max(8px, ${share(stretch[1]) - share(stretch[0])}%)`;
  const [start, end] = rounded(stretch, whole);
  frame.setAttribute("aria-valuenow", start);
  frame.setAttribute("aria-valuetext", `${counted(start)} to ${counted(end)}`);
}
