// Calibration: whether probabilities hold, and what a threshold makes of them.

import { button, counted, el, widget } from "./shared.js";
import { drawing, framed } from "./drawing.js";
import { binned, measure, readSide } from "./calibration_numbers.js";
import { EDGES, drawCurve, drawHistogram, drawReliability } from "./calibration_pictures.js";

const NONE = "none";
const METHODS = {
  none: "None: as the model says",
  platt: "Platt scaling",
  platt_probability: "Platt scaling of probabilities",
  isotonic: "Isotonic regression",
  temperature: "Temperature scaling",
  vector: "Vector scaling",
};
const QUALITY = {
  ece: "Calibration error",
  ece_by_chance: "By chance alone",
  mce: "Largest of a bin",
  brier: "Brier score",
  log_loss: "Log loss",
  auroc: "Area under ROC",
  average_precision: "Average precision",
};
const DECISIONS = { precision: "Precision", recall: "Recall", f1: "F1", mcc: "MCC", accuracy: "Accuracy" };

export default widget("calibration", (view) => {
  const state = { threshold: 0.5, bins: 15, strategy: "quantile", before: null, after: null };
  const parts = { head: menus(view, state), pictures: pictures(view, state), decisions: decisions(), quality: quality(), comparison: comparison(view), threshold: slider(view, state) };
  const redraw = framed(() => show(view, state, parts), view.signal);
  state.changed = redraw;
  view.body.append(
    el("div", { class: "stack" }, el("h2", { text: "Calibration" }), parts.head.node),
    el("div", { class: "columns" },
      el("div", { class: "stack" }, parts.pictures.reliability.node, parts.pictures.histogram.node, parts.threshold.node, parts.pictures.legend, parts.comparison),
      el("div", { class: "stack side" }, parts.decisions.node,
        el("div", { class: "curves" }, parts.pictures.roc.node, parts.pictures.precisionRecall.node), parts.quality.node)),
    parts.quality.bins);

  view.bind("_before", (packed) => { state.before = readSide(packed); redraw(); });
  view.bind("_after", (packed) => { state.after = readSide(packed); redraw(); });
  view.bind("threshold bins strategy", (threshold, bins, strategy) => { Object.assign(state, { threshold, bins, strategy }); redraw(); });
  view.bind("task label method status _labels _methods", redraw);
  view.listen(parts.quality.bins, "toggle", redraw);
});

/** What is chosen: task, label, method and bins. */
function menus(view, state) {
  const choose = (name, title) => {
    const node = el("select", { "aria-label": title, disabled: view.frozen });
    view.listen(node, "change", () => view.save({ [name]: node.value }));
    return { node, box: el("label", {}, el("span", { class: "muted", text: title }), node) };
  };
  const task = choose("task", "Task");
  const label = choose("label", "Label");
  const method = choose("method", "Correction");
  const bins = el("input", { type: "range", min: 5, max: 30, step: 1, "aria-label": "Bins", class: "few" });
  const count = el("span", { class: "number count", "aria-hidden": "true" });
  view.listen(bins, "input", () => { state.bins = bins.valueAsNumber; view.saveSoon({ bins: state.bins }); state.changed(); });
  const strategies = Object.entries({ quantile: "equal counts", uniform: "equal widths" }).map(([name, text]) => {
    const act = () => { view.save({ strategy: name }); };
    return el("button", { type: "button", class: "chip", text, dataset: { strategy: name }, on: { click: act } });
  });
  fillOptions(task.node, view.get("_tasks").map(({ name, title }) => ({ value: name, text: title === name ? name : `${title} [${name}]` })));
  task.box.hidden = view.get("_tasks").length < 2;
  const node = el("div", { class: "row menus" }, task.box, label.box, method.box,
    el("div", { class: "row", role: "group", "aria-label": "Bins" }, el("label", {}, el("span", { class: "muted", text: "Bins" }), bins, count), strategies));
  const refused = Object.entries(view.get("_refused"));
  const why = refused.length
    ? el("details", {}, el("summary", { text: `${counted(refused.length)} task${refused.length === 1 ? "" : "s"} not shown: why` }),
      el("ul", {}, refused.map(([name, reason]) => el("li", { class: "muted", text: `${name}: ${reason}` }))))
    : null;
  const update = () => {
    fillOptions(label.node, view.get("_labels").map((name) => ({ value: name, text: name })));
    fillOptions(method.node, view.get("_methods").map(({ name, refused: reason }) => (
      { value: name, text: `${METHODS[name] ?? name}${reason ? ` (${reason})` : ""}`, disabled: Boolean(reason) })));
    label.box.hidden = view.get("_labels").length < 2;
    task.node.value = view.get("task");
    label.node.value = view.get("label");
    method.node.value = view.get("method");
    bins.valueAsNumber = state.bins;
    count.textContent = String(state.bins);
    for (const chip of strategies) chip.setAttribute("aria-pressed", String(chip.dataset.strategy === state.strategy));
  };
  return { node: el("div", { class: "stack" }, node, why), update };
}

/** Make the options anew only if they are others: an open menu would close. */
function fillOptions(select, options) {
  const written = JSON.stringify(options);
  if (select.dataset.options === written) return;
  select.dataset.options = written;
  select.replaceChildren(...options.map(({ value, text, disabled }) => el("option", { value, text, disabled: Boolean(disabled) })));
}

function pictures(view, state) {
  const shown = () => state.after ?? state.before;
  const both = () => [state.before, state.after].filter(Boolean);
  const ready = (draw) => (context, width, height) => { if (state.before) draw(context, width, height); };
  const curve = (name, title, axes, of) => drawing(view, {
    label: title,
    height: 210,
    draw: ready((context, width, height) => drawCurve(view, context, width, height, { curves: both().map((side) => side.ranking[name]), ...axes, ...of(shown(), state.measured) })),
  });
  return {
    reliability: drawing(view, {
      label: "Reliability diagram",
      height: 340,
      draw: ready((context, width, height) => drawReliability(view, context, width, height, { sides: both().map((side) => binned(side, state.bins, state.strategy)), threshold: state.threshold })),
    }),
    histogram: drawing(view, {
      label: "Histogram of probabilities",
      height: 130,
      draw: ready((context, width, height) => drawHistogram(view, context, width, height, { side: shown(), threshold: state.threshold })),
    }),
    roc: curve("roc", "ROC curve", { x: "false positive rate", y: "recall", chance: [[0, 0], [1, 1]] }, (side, { tp, fp, fn, tn }) => ({
      point: side.ranking.auroc === null ? null : [fp / (fp + tn), tp / (tp + fn)],
    })),
    precisionRecall: curve("precisionRecall", "Precision-recall curve", { x: "recall", y: "precision" }, (side, { precision, recall }) => ({
      point: precision === null || recall === null ? null : [recall, precision],
      chance: [[0, side.positives / side.n], [1, side.positives / side.n]],
    })),
    legend: el("div", { class: "row legend muted" }),
  };
}

/** The threshold: a slider under the axis of the pictures, and a number for exact values. */
function slider(view, state) {
  const range = el("input", { type: "range", min: 0, max: 1, step: 0.005, "aria-label": "Threshold" });
  const exact = el("input", { type: "number", min: 0, max: 1, step: 0.001, "aria-label": "Threshold, exact" });
  const set = (value) => {
    if (!(value >= 0 && value <= 1)) return;
    state.threshold = value;
    view.saveSoon({ threshold: value });
    state.changed();
  };
  view.listen(range, "input", () => set(range.valueAsNumber));
  view.listen(exact, "input", () => set(exact.valueAsNumber));
  const label = el("span", { class: "muted" });
  const node = el("div", { class: "stack threshold" },
    el("div", { style: { paddingLeft: `${EDGES.left - 8}px`, paddingRight: `${EDGES.right - 8}px` } }, range),
    el("div", { class: "row", style: { paddingLeft: `${EDGES.left}px` } }, el("label", {}, el("span", { text: "Threshold" }), exact), label));
  const update = ({ precision, recall, tp, fp }) => {
    if (range.valueAsNumber !== state.threshold) range.valueAsNumber = state.threshold;
    if (exact.valueAsNumber !== state.threshold && document.activeElement !== exact) exact.value = String(Number(state.threshold.toFixed(6)));
    range.setAttribute("aria-valuetext", `${state.threshold.toFixed(3)}: precision ${written(precision)}, recall ${written(recall)}`);
    label.textContent = `${counted(tp + fp)} rows at or above it are called “${view.get("label")}”`;
  };
  return { node, update };
}

/** The confusion matrix and what follows from it. */
function decisions() {
  const node = el("div", { class: "panel stack" });
  const update = (label, { tp, fp, fn, tn, ...others }) => {
    const cell = (count, right) => el("td", { class: `number ${right ? "right" : "wrong"}`, text: counted(count) });
    const head = (text, scope) => el("th", { scope, text });
    node.replaceChildren(
      el("h3", { text: "At this threshold" }),
      el("table", { class: "confusion", "aria-label": "Confusion matrix" },
        el("thead", {}, el("tr", {}, el("td", {}), head(`called ${label}`, "col"), head("not called so", "col"))),
        el("tbody", {},
          el("tr", {}, head(`is ${label}`, "row"), cell(tp, true), cell(fn, false)),
          el("tr", {}, head("is not", "row"), cell(fp, false), cell(tn, true)))),
      el("dl", { class: "figures" }, Object.entries(DECISIONS).map(([name, title]) => el("div", {}, el("dt", { class: "muted", text: title }), el("dd", { text: written(others[name]) })))));
  };
  return { node, update };
}

/** What does not hang on the threshold, before and after; and the bins as a table. */
function quality() {
  const body = el("tbody");
  const after = el("th", { scope: "col", class: "number", text: "After" });
  const told = el("p", { class: "muted told" });
  const table = el("table", { "aria-label": "Quality of the probabilities" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "Whatever the threshold" }), el("th", { scope: "col", class: "number", text: "Before" }), after)), body);
  const rows = el("tbody");
  const bins = el("details", {}, el("summary", { text: "The bins as a table" }), el("div", { class: "scroll" },
    el("table", { "aria-label": "Bins" }, el("thead", {}, el("tr", {}, ["Rows", "Probability", "True", "95 % from", "to"].map((text) => el("th", { scope: "col", class: "number", text })))), rows)));
  const update = (found, groups, text) => {
    after.hidden = found.length < 2;
    body.replaceChildren(...Object.entries(QUALITY).map(([name, title]) => el("tr", {}, el("th", { scope: "row", text: title }),
      found.map((one) => el("td", { class: "number", text: written(one[name]) })))));
    told.textContent = text;
    if (bins.open) rows.replaceChildren(...groups.map((one) => el("tr", {}, el("td", { class: "number", text: counted(one.count) }),
      ["confidence", "accuracy", "low", "high"].map((name) => el("td", { class: "number", text: written(one[name]) })))));
  };
  return { node: el("div", { class: "stack" }, el("div", { class: "scroll" }, table), told), bins, update };
}

/** All corrections side by side, when asked for: each has to be fitted. */
function comparison(view) {
  const node = el("div", { class: "stack comparison" });
  const compare = () => view.request("compare").then(() => view.announce("All corrections are being fitted."), () => {});
  const head = (text, extra = "number") => el("th", { scope: "col", class: extra, text });
  view.bind("_compared _methods method", (rows, methods, method) => {
    const some = methods.filter(({ refused }) => !refused).length > 1;
    const act = some && !view.frozen && !rows.length ? button("Compare all corrections", compare, { class: "small" }) : null;
    const table = rows.length ? el("div", { class: "scroll" }, el("table", { "aria-label": "All corrections" },
      el("thead", {}, el("tr", {}, head("Correction", ""), head("Error"), head("by chance"), head("Brier"), head("Log loss"))),
      el("tbody", {}, rows.map((row) => el("tr", { class: row.method === method ? "chosen" : "" }, el("th", { scope: "row", text: METHODS[row.method] ?? row.method }),
        ["ece", "ece_by_chance", "brier", "log_loss"].map((name) => el("td", { class: "number", text: written(row[name]) }))))))) : null;
    node.replaceChildren(...[act, table].filter(Boolean));
  });
  return node;
}

function show(view, state, { head, pictures: drawn, decisions: matrix, quality: errors, threshold }) {
  head.update();
  if (!state.before) return;
  const sides = [state.before, state.after].filter(Boolean);
  const found = sides.map((side) => measure(side, state.threshold, state.bins, state.strategy));
  state.measured = found[found.length - 1];
  const groups = binned(sides[sides.length - 1], state.bins, state.strategy);
  const { measured } = state;
  const label = view.get("label");
  matrix.update(label, measured);
  threshold.update(measured);
  errors.update(found, groups, explained(view, state));
  legend(drawn.legend, label, sides);
  const named = {
    reliability: `Reliability diagram of ${groups.length} bins; calibration error ${written(measured.ece)}, by chance alone ${written(measured.ece_by_chance)}`,
    histogram: `Histogram of the probabilities of ${counted(state.before.n)} rows, ${counted(state.before.positives)} of them ${label}`,
    roc: `ROC curve, area ${written(measured.auroc)}`,
    precisionRecall: `Precision-recall curve, average precision ${written(measured.average_precision)}`,
  };
  for (const [name, text] of Object.entries(named)) {
    drawn[name].canvas.setAttribute("aria-label", text);
    drawn[name].redraw();
  }
  view.announce(`${counted(state.before.n)} rows, ${counted(state.before.positives)} of them ${label}`);
}

function legend(place, label, sides) {
  const sign = (name, text) => el("span", { class: "row key" }, el("span", { class: `sign ${name}`, "aria-hidden": "true" }), text);
  place.replaceChildren(
    ...(sides.length > 1 ? [sign("before", "before"), sign("after", "after")] : [sign("after", "a bin")]),
    sign("positive", label), sign("negative", "other rows"), el("span", { text: "Larger points: more rows. Bars: 95 % intervals." }));
}

/** Say how a correction was fitted: a promise about new rows holds only if it did not see these. */
function explained(view, state) {
  const method = view.get("method");
  if (method === NONE) return "Labels drawn from the probabilities themselves would have about the error by chance alone: less cannot be asked of so few rows.";
  if (!state.after) return view.get("status") === "running" ? "Being fitted …" : "It was not fitted.";
  return `${METHODS[method] ?? method}, ${view.get("_how")}.`;
}

function written(value) {
  return value === null || value === undefined ? "–" : value.toFixed(3);
}
