// Which bases are seen: zooming and panning by mouse, wheel and keys, the cursor, and what is selected.

import { GUTTER } from "./attribution_tracks.js";
import { counted, el } from "./shared.js";

const LEAST = 12; // bases that are seen at least
const STILL = 4; // pixels that a click may move
const PART = 0.2; // of what is seen, for one step of panning

/** The stretch that is seen; fractions while one pans. */
export class Stretch {
  constructor(bases) {
    this.bases = bases;
    this.start = 0;
    this.end = bases;
  }

  get span() {
    return this.end - this.start;
  }

  /** In whole bases, as Python has it. */
  get region() {
    const start = Math.max(0, Math.round(this.start));
    return [start, Math.min(this.bases, Math.max(start + 1, Math.round(this.end)))];
  }

  show(start, end) {
    const span = Math.min(this.bases, Math.max(Math.min(LEAST, this.bases), end - start));
    const middle = (start + end) / 2;
    this.start = Math.min(Math.max(0, middle - span / 2), this.bases - span);
    this.end = this.start + span;
  }

  zoom(factor, around = (this.start + this.end) / 2) {
    const share = (around - this.start) / this.span;
    const span = Math.min(this.bases, Math.max(Math.min(LEAST, this.bases), this.span * factor));
    const start = Math.min(Math.max(0, around - share * span), this.bases - span);
    this.start = start;
    this.end = start + span;
  }

  pan(bases) {
    const span = this.span;
    this.start = Math.min(Math.max(0, this.start + bases), this.bases - span);
    this.end = this.start + span;
  }

  /** Pan as little as it takes to see a base. */
  reveal(base) {
    if (base < this.start) this.pan(base - this.start);
    if (base + 1 > this.end) this.pan(base + 1 - this.end);
  }
}

/**
 * Let a reader move along the tracks.
 * @param {Object} app `{view, stretch, moved(), point(base), select(start, end), press(base), cursor, selection}`
 * @param {HTMLElement} node of the tracks
 */
export function listenToTracks(app, node) {
  const { view } = app;
  const baseAt = (event) => {
    const box = node.getBoundingClientRect();
    const across = box.width - GUTTER - 10;
    const { start, span, bases } = app.stretch;
    return Math.min(bases - 1, Math.max(0, start + ((event.clientX - box.left - GUTTER) / across) * span));
  };
  let drag = null;
  view.listen(node, "pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, base: baseAt(event), start: app.stretch.start, moved: false, selecting: event.shiftKey };
    node.setPointerCapture(event.pointerId);
  });
  view.listen(node, "pointermove", (event) => {
    if (!drag) return app.point(Math.floor(baseAt(event)), event);
    if (Math.abs(event.clientX - drag.x) > STILL) drag.moved = true;
    if (!drag.moved) return undefined;
    app.point(null);
    if (drag.selecting) return app.select(...ordered(drag.base, baseAt(event)));
    const across = node.clientWidth - GUTTER - 10;
    app.stretch.pan(drag.start - app.stretch.start - ((event.clientX - drag.x) / across) * app.stretch.span);
    return app.moved();
  });
  view.listen(node, "pointerup", (event) => {
    if (drag && !drag.moved && drag.selecting) app.select(...ordered(app.cursor ?? drag.base, drag.base));
    else if (drag && !drag.moved) app.press(Math.floor(baseAt(event)));
    drag = null;
  });
  view.listen(node, "pointercancel", () => { drag = null; });
  view.listen(node, "pointerleave", () => app.point(null));
  view.listen(node, "wheel", (event) => {
    if (!event.ctrlKey) return; // the notebook scrolls
    event.preventDefault();
    app.stretch.zoom(2 ** (Math.max(-60, Math.min(60, event.deltaY)) / 100), baseAt(event));
    app.moved();
  }, { passive: false });
  view.listen(node, "keydown", (event) => keyOnTracks(app, event));
}

function ordered(a, b) {
  return [Math.floor(Math.min(a, b)), Math.floor(Math.max(a, b)) + 1];
}

function keyOnTracks(app, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { stretch } = app;
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -Math.round(stretch.span), PageDown: Math.round(stretch.span), Home: -Infinity, End: Infinity };
  if (event.key in steps) {
    const before = app.cursor ?? Math.floor((stretch.start + stretch.end) / 2);
    const after = Math.min(stretch.bases - 1, Math.max(0, before + steps[event.key]));
    if (event.shiftKey) app.select(...extended(app.selection, before, after));
    stretch.reveal(after);
    app.moveCursor(after);
  } else if (event.key === "Enter" && app.cursor !== null) app.press(app.cursor);
  else if (event.key === "Escape") app.select(0, 0);
  else if (!zoomByKey(app, event.key, app.cursor === null ? undefined : app.cursor + 0.5)) return;
  event.preventDefault();
}

/** Selecting goes on from the edge at which the cursor is. */
function extended([start, end], before, after) {
  if (end <= start) return ordered(before, after);
  if (before === end - 1) return ordered(start, after);
  if (before === start) return ordered(end - 1, after);
  return ordered(before, after);
}

function zoomByKey(app, key, around) {
  if (key === "+" || key === "=") app.stretch.zoom(0.5, around);
  else if (key === "-") app.stretch.zoom(2, around);
  else if (key === "0") app.stretch.show(0, app.stretch.bases);
  else return false;
  app.moved();
  return true;
}

/** Make the window on the overview: drag it, drag its edges, or move it with keys. */
export function overviewWindow(app, overview) {
  const { view } = app;
  const handle = (side) => el("span", { class: `handle ${side}`, "aria-hidden": "true", dataset: { side } });
  const frame = el("div", { class: "frame", role: "slider", tabindex: 0, "aria-label": "Bases that are seen", "aria-valuemin": 0, title: "Drag to move, drag an edge to zoom" }, handle("left"), handle("right"));
  let drag = null;
  const base = (pixels) => (pixels / (overview.clientWidth - GUTTER - 10)) * app.stretch.bases;
  view.listen(overview, "pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!frame.contains(event.target)) {
      const middle = base(event.clientX - overview.getBoundingClientRect().left - GUTTER);
      app.stretch.pan(middle - (app.stretch.start + app.stretch.end) / 2);
      app.moved();
    }
    drag = { x: event.clientX, side: event.target.dataset.side, start: app.stretch.start, end: app.stretch.end };
    overview.setPointerCapture(event.pointerId);
  });
  view.listen(overview, "pointermove", (event) => {
    if (!drag) return;
    const by = base(event.clientX - drag.x);
    const { bases } = app.stretch;
    if (drag.side === "left") app.stretch.show(Math.max(0, Math.min(drag.start + by, drag.end - LEAST)), drag.end);
    else if (drag.side === "right") app.stretch.show(drag.start, Math.min(bases, Math.max(drag.end + by, drag.start + LEAST)));
    else app.stretch.pan(drag.start + by - app.stretch.start);
    app.moved();
  });
  for (const event of ["pointerup", "pointercancel"]) view.listen(overview, event, () => { drag = null; });
  view.listen(frame, "keydown", (event) => keyOnWindow(app, event));
  return frame;
}

function keyOnWindow(app, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { stretch } = app;
  const steps = { ArrowLeft: -PART, ArrowDown: -PART, ArrowRight: PART, ArrowUp: PART, PageUp: -1, PageDown: 1, Home: -Infinity, End: Infinity };
  if (event.key in steps) {
    const by = steps[event.key] * stretch.span;
    stretch.pan(Math.max(-stretch.bases, Math.min(stretch.bases, by)));
    app.moved();
  } else if (!zoomByKey(app, event.key)) return;
  event.preventDefault();
}

/** Put the window where the stretch is. */
export function placeWindow(frame, stretch, width) {
  const across = width - GUTTER - 10;
  const wide = Math.max(10, (stretch.span / stretch.bases) * across);
  const left = Math.min((stretch.start / stretch.bases) * across, across - wide);
  frame.style.left = `${GUTTER + left}px`;
  frame.style.width = `${wide}px`;
  const [start, end] = stretch.region;
  frame.setAttribute("aria-valuemax", stretch.bases);
  frame.setAttribute("aria-valuenow", start);
  frame.setAttribute("aria-valuetext", `bases ${counted(start)} to ${counted(end)} of ${counted(stretch.bases)}`);
}
