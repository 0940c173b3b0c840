// A training: how it stands, its curves beside those of other runs, and what happened.

import { button, counted, el, widget } from "./shared.js";
import { framed } from "./drawing.js";
import { exact, lasting, nearest, readCurves, smoothed, validated, VALIDATED } from "./training_data.js";
import { chart, Cursor, look, readAt, swatch } from "./training_chart.js";

const STATES = {
  waiting: "waiting for the training to begin", running: "running", stopping: "stopping after this step",
  quiet: "no news: it may have been killed", finished: "finished", stopped: "stopped", diverged: "diverged: a number was not finite",
  failed: "ended by an error",
};
const TITLES = { loss: "Loss", learning_rate: "Learning rate", gradient_norm: "Norm of the gradient", tokens_per_second: "Tokens per second", rows_per_second: "Rows per second" };
const LOGARITHMIC = ["loss", "gradient_norm"];
const MARKS = 40;
const CHIPS = 6;
const WIDTHS = [0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

export default widget("training", (view) => {
  const cursor = new Cursor();
  const data = { curves: [], drawn: [] };
  const make = (title, height, names) => chart(view, { title, height, cursor, read: () => reading(view, data, names) });
  const charts = [
    make("Loss", 230, ["loss"]), make("Validation", 230, null), make("Learning rate", 130, ["learning_rate"]),
    make("Tokens per second", 130, ["tokens_per_second"]), make("Norm of the gradient", 130, ["gradient_norm"]),
  ];
  const head = headOf(view);
  const [chips, empty] = [el("div", { class: "row", role: "group", "aria-label": "Validation" }), el("p", { class: "muted panel" })];
  const values = el("table");
  const happened = el("div");
  view.body.append(head.node, controls(view), chips, empty,
    el("div", { class: "charts large" }, charts.slice(0, 2).map(({ node }) => node)),
    el("div", { class: "charts small" }, charts.slice(2).map(({ node }) => node)),
    readingSlider(view, data, cursor),
    el("details", { class: "values" }, el("summary", { text: "Values as a table" }),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Values" }, values)),
    el("details", { class: "events" }, el("summary", { text: "What happened" }), happened));

  const draw = framed(() => {
    Object.assign(data, validated(data.curves, view.get("tasks")));
    empty.hidden = data.curves.length > 0;
    empty.textContent = "Nothing is written yet. The curves appear with the first step.";
    fillChips(view, chips, data);
    for (const { update } of charts) update();
    fillValues(view, values, data, cursor);
  }, view.signal);
  view.bind("_runs hidden", (runs) => { head.update(); fillEvents(happened, runs); draw(); });
  view.bind("_curves _points _recent", (curves, points, recent) => { data.curves = readCurves(curves, points, recent); draw(); });
  view.bind("tasks x log_y smoothing", draw);
  view.onTheme(head.update);
  const tell = () => fillValues(view, values, data, cursor);
  cursor.follow(tell);
  view.listen(values.closest("details"), "toggle", tell);
});

/** What a chart draws; without names, what was validated. */
function reading(view, data, names) {
  const unit = view.get("x");
  const across = unit === "step" ? "step" : "seconds";
  const width = view.get("smoothing");
  const drawn = visible(view, data.curves);
  const wanted = names ?? data.drawn.map((name) => VALIDATED + name);
  const several = view.get("_runs").length > 1;
  const lines = drawn.filter(({ name }) => wanted.includes(name)).map((curve) => {
    const task = names ? 0 : wanted.indexOf(curve.name);
    const label = [several ? view.get("_runs")[curve.run].name : "", names ? "" : curve.name.slice(VALIDATED.length)].filter(Boolean).join(" · ");
    const averaged = names && width > 0 && curve.name !== "learning_rate";
    return { x: curve[across], y: averaged ? smoothed(curve, width) : curve.value, faint: averaged ? curve.value : null, look: several ? look(view, curve.run, curve.run, wanted.length > 1 ? task : curve.run) : look(view, task), label, marked: !names };
  });
  const ends = drawn.map((curve) => curve[across].at(-1));
  const marks = names?.includes("loss") ? marksOf(view, data.curves, across) : [];
  return { lines, range: [0, Math.max(1, ...ends)], log: view.get("log_y") && names?.some((name) => LOGARITHMIC.includes(name)), marks, unit };
}

function visible(view, curves) {
  const hidden = view.get("hidden");
  return curves.filter(({ run }) => !hidden.includes(view.get("_runs")[run]?.name));
}

function marksOf(view, curves, across) {
  return view.get("_runs").flatMap(({ name, events, checkpoints }, run) => {
    const loss = curves.find((curve) => curve.run === run && curve.name === "loss");
    if (!loss || view.get("hidden").includes(name)) return [];
    const ends = events.filter(({ event }) => !["started", "finished"].includes(event));
    const kept = run === 0 ? checkpoints.slice(-MARKS).map((step) => ({ step, event: "" })) : [];
    return [...kept, ...ends].map(({ step, event }) => ({ x: loss[across][nearest(loss.step, step)], text: event }));
  });
}

/** What says how the run stands; what can be clicked is made anew only when it becomes another. */
function headOf(view) {
  const [title, stop, told, runs] = [el("div", { class: "row" }), el("div", { class: "row stop" }), el("div", { class: "row" }), el("div", { class: "row", role: "group", "aria-label": "Runs" })];
  const node = el("div", { class: "stack" }, el("div", { class: "row spread" }, title, stop), told, runs);
  return { node, update: () => fillHead(view, title, stop, told, runs) };
}

/** Fill a place, unless it shows this already; the focus stays where it was. */
function refill(place, key, make) {
  const written = JSON.stringify(key);
  if (place.shows === written) return;
  place.shows = written;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(...[make()].flat());
  if (focused) [...place.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key === focused)?.focus();
}

function fillHead(view, title, stop, progress, chips) {
  const runs = view.get("_runs");
  const [first] = runs;
  const share = first.total ? first.step / first.total : 0;
  const told = [
    `step ${counted(first.step)}${first.total ? ` of ${counted(first.total)}` : ""}`, first.total ? `${Math.floor(100 * share)} %` : "",
    first.seconds ? `${lasting(first.seconds)}${first.live ? " so far" : ""}` : "", first.left === null ? "" : `about ${lasting(first.left)} left`,
  ].filter(Boolean).join(" · ");
  const state = STATES[first.state];
  const unread = first.unread ? `${counted(first.unread)} lines of its files could not be read.` : "";
  refill(title, [first.name, state], () => [el("h2", { text: first.name }), el("span", { class: `chip state ${first.state}`, text: state })]);
  refill(stop, [first.live, first.state], () => stopButton(view, first) ?? []);
  refill(progress, [share, told, unread], () => [
    first.total ? el("progress", { max: 1, value: share, "aria-label": "Progress" }) : [],
    el("span", { class: "muted", text: [told, unread].filter(Boolean).join(" · ") }),
  ].flat());
  chips.hidden = runs.length < 2;
  refill(chips, [runs.map((run) => [run.name, run.state]), view.get("hidden"), view.dark], () => runs.map((run, i) => runChip(view, run, i)));
  if (view.told !== state) view.announce(`${first.name}: ${state}`);
  view.told = state;
}

function runChip(view, { name, state }, number) {
  const hidden = view.get("hidden");
  const off = hidden.includes(name);
  const act = () => view.save({ hidden: off ? hidden.filter((other) => other !== name) : [...hidden, name] });
  return el("button", { type: "button", class: "chip run", "aria-pressed": String(!off), dataset: { key: `run ${number}` }, on: { click: act } },
    swatch(look(view, number)), name, el("span", { class: "muted", text: state }));
}

/** Asks once more in its own place, and stops nothing by one click. */
function stopButton(view, { live, state }) {
  if (!live || view.frozen || state === "waiting") return null;
  if (state === "stopping") return el("span", { class: "muted", text: "It stops after this step." });
  const place = el("div", { class: "row" });
  const ask = () => {
    place.replaceChildren(el("span", { text: "Stop it? A checkpoint is kept, and it can go on from there." }),
      button("Stop", stop, { class: "small main", dataset: { key: "yes" } }), button("Go on", () => { leave(); place.querySelector("button").focus(); }, { class: "small", dataset: { key: "no" } }));
  };
  const leave = () => {
    place.replaceChildren(button("Stop after this step", () => { ask(); place.querySelector("button").focus(); }, { class: "small", dataset: { key: "stop" } }));
  };
  const stop = () => { leave(); view.request("stop_run").catch(() => {}); };
  leave();
  return place;
}

function controls(view) {
  const toggle = (text, trait, on, off) => {
    const node = button(text, () => view.save({ [trait]: view.get(trait) === on ? off : on }), { class: "small" });
    view.bind(trait, (value) => node.setAttribute("aria-pressed", String(value === on)));
    return node;
  };
  const slider = el("input", { type: "range", min: 0, max: WIDTHS.length - 1, step: 1, "aria-label": "Smoothing" });
  const told = el("span", { class: "muted told" });
  view.listen(slider, "input", () => view.save({ smoothing: WIDTHS[slider.value] }));
  view.bind("smoothing", (width) => {
    slider.value = nearest(WIDTHS, width);
    told.textContent = width ? `mean over ${counted(width)} steps` : "as it is";
    slider.setAttribute("aria-valuetext", told.textContent);
  });
  return el("div", { class: "row controls" }, toggle("Over time", "x", "time", "step"), toggle("Logarithmic", "log_y", true, false),
    el("label", {}, "Smoothing", slider), told);
}

function fillChips(view, place, { names, drawn }) {
  place.hidden = names.length < 2;
  const act = (name) => {
    const others = drawn.filter((other) => other !== name);
    view.save({ tasks: others.length < drawn.length ? others : [...drawn, name] });
  };
  const chip = (name) => el("button", { type: "button", class: "chip", "aria-pressed": String(drawn.includes(name)), text: name, dataset: { key: name }, on: { click: () => act(name) } });
  const first = names.filter((name, i) => drawn.includes(name) || i < CHIPS || names.length <= CHIPS + 2);
  const others = names.filter((name) => !first.includes(name));
  refill(place, [names, drawn], () => {
    const more = el("details", { class: "more", open: place.querySelector("details")?.open ?? false },
      el("summary", { text: `${others.length} more` }), el("div", { class: "row" }, others.map(chip)));
    return [el("span", { class: "muted", text: "Validation of" }), ...first.map(chip), others.length ? more : []].flat();
  });
}

/** The cursor for those who use keys: at its right end it reads the last values. */
function readingSlider(view, data, cursor) {
  const slider = el("input", { type: "range", min: 0, max: 1000, value: 1000, "aria-label": "Read the values at" });
  const told = el("span", { class: "muted told" });
  const end = () => Math.max(1, ...visible(view, data.curves).map((curve) => (view.get("x") === "step" ? curve.step : curve.seconds).at(-1)));
  const tell = (x) => {
    told.textContent = x === null ? "the end" : readAt(x, view.get("x"));
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  view.listen(slider, "input", () => cursor.move(Number(slider.value) === 1000 ? null : (end() * slider.value) / 1000));
  cursor.follow((x) => { slider.value = x === null ? 1000 : (1000 * x) / end(); tell(x); });
  view.on("change:x", () => cursor.move(null));
  tell(null);
  return el("label", { class: "row reading" }, "Read at", slider, told);
}

function fillValues(view, place, data, cursor) {
  if (!place.closest("details").open) return;
  const runs = view.get("_runs");
  const across = view.get("x") === "step" ? "step" : "seconds";
  const names = [...new Set(data.curves.map(({ name }) => name))];
  const cell = (name, run) => {
    const curve = data.curves.find((one) => one.name === name && one.run === run);
    return el("td", { class: "number", text: curve ? exact(curve.value[cursor.x === null ? curve.value.length - 1 : nearest(curve[across], cursor.x)]) : "–" });
  };
  const head = (text, extra = "") => el("th", { scope: "col", class: extra, text });
  place.replaceChildren(
    el("caption", { text: cursor.x === null ? "Last values" : `Values near ${readAt(cursor.x, view.get("x"))}` }),
    el("thead", {}, el("tr", {}, head("Curve"), runs.map(({ name }) => head(name, "number")))),
    el("tbody", {}, names.map((name) => el("tr", {}, el("th", { scope: "row", text: TITLES[name] ?? `Validation: ${name.slice(VALIDATED.length)}` }), runs.map((_, run) => cell(name, run))))));
}

function fillEvents(place, runs) {
  const told = (run, text, error) => el("li", {}, runs.length > 1 ? el("b", { text: `${run.name}: ` }) : null, text, error ? el("span", { class: "muted", text: ` ${error}` }) : null);
  refill(place, runs.map(({ name, events, checkpoints }) => [name, events, checkpoints]), () => {
    const rows = runs.flatMap((run) => [
      ...run.events.map(({ step, event, error }) => told(run, `${event} at step ${counted(step)}`, error)),
      run.checkpoints.length ? told(run, `checkpoints at ${run.checkpoints.slice(-MARKS).map(counted).join(", ")}`) : [],
    ].flat());
    return rows.length ? el("ul", { class: "plain" }, rows) : el("p", { class: "muted", text: "Nothing was noted." });
  });
}
