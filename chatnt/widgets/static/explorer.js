// Explorer: answers of several tasks as tracks along a long sequence.

import { drawing } from "./drawing.js";
import { answerPanel, peakTable, taskPicker } from "./explorer_parts.js";
import { drawLane, drawOverview, drawRuler, parts, taskColour } from "./explorer_tracks.js";
import { afterKey, listenToCanvas, listenToKeys, overviewFrame, placeFrame, rounded, within } from "./explorer_window.js";
import { button, counted, debounced, el, widget } from "./shared.js";

const STRIDES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const STRANDS = { "+": "+ strand", "-": "− strand", both: "both strands" };
const CLICK = 6; // pixels around a click that a peak may be at
const LANE = 66;

export default widget("explorer", (view) => {
  const whole = view.get("_place");
  const pictures = [];
  const app = { view, whole, stretch: [...view.get("region")], cursor: null, letters: 0, points: 0 };
  const redraw = () => { for (const picture of pictures) picture.redraw(); };
  const look = debounced(() => {
    view.save({ region: rounded(app.stretch, whole) });
    view.send("look");
  });
  view.signal.addEventListener("abort", look.cancel, { once: true });
  app.move = (stretch) => {
    app.stretch = stretch;
    app.place();
    redraw();
    look();
  };
  app.show = ({ start, end }) => app.move(within(start - (end - start) / 2, end + (end - start) / 2, whole));
  const strip = overview(app, pictures);
  const lanes = el("div", { class: "stack lanes" });
  const tracks = el("div", { class: "tracks", role: "group", tabindex: 0, "aria-label": "Tracks. Arrows move, + and - zoom, 0 shows the whole, Home and End go to the ends." });
  const readout = el("div", { class: "readout muted" });
  const ruler = drawing(view, { label: "Positions and letters", height: 34, draw: (context, width, height) => {
    if (Math.round(width) !== view.get("_pixels")) { view.save({ _pixels: Math.round(width) }); look(); }
    drawRuler(app, context, width, height);
    app.counts();
  } });
  app.counts = () => { tracks.dataset.letters = app.letters; };
  pictures.push(ruler);
  listenToCanvas(app, ruler.node);
  listenToKeys(app, tracks);
  tracks.append(ruler.node, lanes);
  const laneOf = laneRows(app, lanes, pictures);
  app.point = (base) => {
    app.cursor = base;
    readout.textContent = base === null ? hint(view) : pointed(app, base);
    for (const picture of laneOf()) picture.redraw();
  };
  const field = placeField(app);
  app.place = () => {
    strip.place();
    const [start, end] = rounded(app.stretch, whole);
    field.shown(`${whole.name}:${counted(start)}-${counted(end)}`);
  };
  view.body.append(
    el("div", { class: "row spread" },
      el("div", { class: "row" }, el("h2", { text: "Explorer" }), el("span", { class: "muted", text: `${whole.name}, ${counted(whole.end - whole.start)} bases` })),
      field.node),
    strip.node, controls(app), tracks, readout,
    el("div", { class: "columns" }, peakTable(app), el("div", { class: "stack" }, taskPicker(view), answerPanel(view))));
  view.bind("region", (region) => { app.stretch = [...region]; app.place(); redraw(); });
  view.bind("_seen _bins _letters _overview _peaks _asked", redraw);
  app.point(null);
  look();
});

function hint(view) {
  return view.frozen ? "Each window is drawn at its middle." : "Each window is drawn at its middle. Click a track to ask about a window; drag to move; Ctrl and wheel to zoom.";
}

function pointed(app, base) {
  const { view } = app;
  const values = view.get("_lanes").map((lane, index) => {
    let best = null;
    const near = (app.stretch[1] - app.stretch[0]) / 300;
    for (const [at, , high] of parts(view, index, [base - near, base + near])) {
      if (Math.abs(at - base) <= near + 1 && (best === null || high > best)) best = high;
    }
    return best === null ? null : `${lane.label}${lane.strand === "-" ? " (−)" : ""} ${best.toFixed(2)}`;
  });
  return [`Position ${counted(base)}`, ...values.filter(Boolean)].join(" · ");
}

function overview(app, pictures) {
  const picture = drawing(app.view, { label: "The whole sequence: the highest probability of each part", height: 46, draw: (context, width, height) => drawOverview(app, context, width, height) });
  pictures.push(picture);
  picture.node.classList.add("overview");
  const frame = overviewFrame(app, picture.node);
  picture.node.append(frame);
  return { node: picture.node, place: () => placeFrame(frame, app.stretch, app.whole) };
}

/** A field to go to a place; what is wrong with it is said, and it keeps what was typed. */
function placeField(app) {
  const { view, whole } = app;
  const input = el("input", { type: "text", "aria-label": `Place, such as 1000-2000. ${whole.told}`, title: whole.told, spellcheck: "false", autocomplete: "off" });
  const go = () => view.request("goto", { place: input.value }).then((region) => {
    view.fail("");
    view.model.set("region", region);
    view.announce(`Now at ${counted(region[0])} to ${counted(region[1])}.`);
  }, () => input.select());
  view.listen(input, "keydown", (event) => { if (event.key === "Enter") go(); });
  const node = el("div", { class: "row place" }, input, view.frozen ? null : button("Go", go, { class: "small" }));
  return { node, shown: (text) => { if (document.activeElement !== input) input.value = text; } };
}

function controls(app) {
  const { view, whole } = app;
  const key = (sign, text, label) => button(text, () => app.move(afterKey(sign, app.stretch, whole)), { class: "small", label });
  const moving = el("div", { class: "row", role: "group", "aria-label": "Move and zoom" },
    key("ArrowLeft", "◀", "Move left"), key("ArrowRight", "▶", "Move right"), key("+", "+", "Zoom in"), key("-", "−", "Zoom out"), key("0", "Whole", "Show the whole"));
  if (view.frozen) return moving;
  const stride = chooser(view, "stride", "Step", Object.fromEntries(STRIDES.map((n) => [n, everyText(n)])), Number);
  const strands = chooser(view, "strands", "Strands", STRANDS, String);
  const live = button("As I scroll", () => { view.save({ live: !view.get("live") }); view.send("look"); }, { class: "small", label: "Compute what is seen as I scroll" });
  const all = button("Compute all here", () => view.request("compute").catch(() => {}), { class: "small", label: "Compute all windows that are seen, at the chosen step" });
  const stop = button("Stop", () => view.send("stop"), { class: "small" });
  const told = el("span", { class: "muted progress" });
  view.bind("live", (on) => live.setAttribute("aria-pressed", String(on)));
  view.bind("status _progress", (status, progress) => {
    const running = status === "running" || status === "stopping";
    all.hidden = running;
    stop.hidden = !running;
    stop.disabled = status === "stopping";
    told.textContent = progressText(progress, running);
  });
  return el("div", { class: "row spread" }, moving, el("div", { class: "row" }, told, live, all, stop, stride, strands));
}

function progressText({ done = 0, left = 0, seconds = 0 }, running) {
  if (!running) return "";
  if (!done) return "computing …";
  const rest = Math.round((left * seconds) / done);
  return `${counted(left)} windows left, about ${rest < 90 ? `${rest} s` : `${Math.round(rest / 60)} min`}`;
}

function everyText(bases) {
  return bases === 1 ? "every base" : `every ${counted(bases)} bases`;
}

function chooser(view, trait, label, options, read) {
  const select = el("select", { "aria-label": label, title: label });
  view.bind(trait, (value) => {
    const known = String(value) in options ? options : { ...options, [value]: everyText(value) };
    select.replaceChildren(...Object.entries(known).map(([key, text]) => el("option", { value: key, text, selected: key === String(value) })));
  });
  view.listen(select, "change", () => view.save({ [trait]: read(select.value) }));
  return select;
}

/** Keep one row for each track; rows stay while their numbers change, so that fields keep the focus. */
function laneRows(app, place, pictures) {
  const { view } = app;
  let shown = "";
  let rows = [];
  view.bind("_lanes", (lanes) => {
    const wanted = lanes.map(({ task, strand }) => `${task} ${strand}`).join("\n");
    if (wanted !== shown) {
      shown = wanted;
      for (const { picture } of rows) pictures.splice(pictures.indexOf(picture), 1);
      rows = lanes.map((lane, index) => laneRow(app, lane, index));
      for (const { picture } of rows) pictures.push(picture);
      place.replaceChildren(...(rows.length ? rows.map(({ node }) => node) : [el("p", { class: "muted", text: "Add a task to see its track." })]));
    }
    rows.forEach(({ update }, index) => update(lanes[index]));
  });
  view.onTheme(() => rows.forEach(({ update }, index) => update(view.get("_lanes")[index])));
  return () => rows.map(({ picture }) => picture);
}

function laneRow(app, { task, strand, title, about }, index) {
  const { view } = app;
  const name = strand === "-" ? `${title} (− strand)` : title;
  const picture = drawing(view, { label: `Probability along the sequence: ${name}`, height: LANE, draw: (context, width, height) => drawLane(app, index, context, width, height) });
  picture.node.classList.add("lane");
  const ask = (at, within) => view.request("ask", { task, strand, at, within }).catch(() => {});
  listenToCanvas(app, picture.node, view.frozen ? null : (base) => {
    view.announce("Asking …");
    ask(base, Math.ceil((CLICK * (app.stretch[1] - app.stretch[0])) / picture.node.clientWidth));
  });
  const dot = el("span", { class: "dot", "aria-hidden": "true" });
  const label = el("select", { "aria-label": `Label of ${name}` });
  const threshold = el("input", { type: "number", min: 0.01, max: 1, step: 0.05, "aria-label": `Threshold of ${name}`, title: "Threshold of peaks" });
  const told = el("span", { class: "muted told" });
  const notes = el("div", { class: "muted notes" });
  view.listen(label, "change", () => view.save({ labels: { ...view.get("labels"), [task]: label.value } }));
  view.listen(threshold, "change", () => {
    const value = Number(threshold.value);
    if (value > 0 && value <= 1) view.save({ thresholds: { ...view.get("thresholds"), [task]: value } });
    else view.fail("A threshold must be above 0, and at most 1.");
  });
  const away = button("×", () => view.save({ tasks: view.get("tasks").filter((other) => other !== task) }), { class: "quiet small", label: `Take away ${name}` });
  const here = button("Ask here", () => ask(Math.floor((app.stretch[0] + app.stretch[1]) / 2), 0), { class: "small", label: `Ask about the middle of what is seen: ${name}` });
  const update = (lane) => {
    if (!lane) return;
    dot.style.background = taskColour(view, task);
    if (label.dataset.known !== lane.labels.join("\n")) {
      label.dataset.known = lane.labels.join("\n");
      label.replaceChildren(...lane.labels.map((text) => el("option", { value: text, text })));
    }
    label.value = lane.label;
    if (document.activeElement !== threshold) threshold.value = lane.threshold;
    const kind = { true: "calibrated", false: "not calibrated", null: "nothing computed yet" }[lane.calibrated];
    told.textContent = `${kind} · windows of ${counted(lane.window)}`;
    told.title = `Learned from: ${about}`;
    notes.replaceChildren(...lane.notes.map((text) => el("div", { text: `Note: ${text}` })));
  };
  const head = el("div", { class: "row spread head" },
    el("div", { class: "row" }, dot, el("strong", { text: name }), told),
    el("div", { class: "row" }, label, threshold, view.frozen ? null : here, away));
  return { node: el("div", { class: "track" }, head, picture.node, notes), picture, update };
}
