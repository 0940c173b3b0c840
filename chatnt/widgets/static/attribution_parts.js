// What stands around the tracks of an attribution: what is explained and how, the legend, a selection, substitutions.

import { button, copyText, counted, el } from "./shared.js";
import { styleOf, written } from "./attribution_tracks.js";

const TITLES = {
  integrated_gradients: "Integrated gradients", gradient_x_input: "Gradient × input", gradient_shap: "GradientSHAP",
  saliency: "Saliency", occlusion: "Occlusion", feature_ablation: "Feature ablation", in_silico_mutagenesis: "In-silico mutagenesis",
};
const BASELINES = { N: "unknown bases (N)", shuffled: "shuffled sequences", given: "the sequence given" };
const NO_PAIR = "There is no pair behind this result: Attribution(result, chat=chat) makes it possible.";

/** One line on each track: the target, how it was found, and whether its scores add up. */
export function facts(track, _i, tracks) {
  const value = track.value === null ? null : el("span", { class: "chip", text: `${track.unit}: ${written(track.value)}${track.without === null ? "" : `, baseline ${written(track.without)}`}` });
  const blocks = el("span", { class: "chip", text: track.covers });
  return el("div", { class: "row facts" }, tracks.length > 1 ? el("strong", { text: track.label }) : null, value, blocks, keptChip(track.block), deltaChip(track.delta),
    track.notes.length ? el("details", {}, el("summary", { text: `${track.notes.length} note${track.notes.length > 1 ? "s" : ""}` }), el("ul", {}, track.notes.map((note) => el("li", { text: note })))) : null);
}

function keptChip(block) {
  return block > 1 ? el("span", { class: "chip", text: `kept in blocks of ${counted(block)} bases`, title: "A notebook keeps 200 kB of scores. Run its cell again to see each base." }) : null;
}

function deltaChip(delta) {
  if (!delta) return null;
  const share = `${(100 * delta.share).toPrecision(2)} % of the change`;
  const text = delta.much ? `▲ delta ${written(delta.value)}: the scores miss ${share}` : `delta ${written(delta.value)} (${share})`;
  return el("span", { class: delta.much ? "chip much" : "chip", text, title: "The sum of the scores less the change from the baseline. Over 5 %, take more steps." });
}

/** Menus of the method and of the baseline, and a bar that tells how far a computation is. */
export function pickers(view) {
  const method = el("select", { "aria-label": "Method" });
  const baseline = el("select", { "aria-label": "Baseline" });
  const bar = el("progress", { max: 1, value: 0, "aria-label": "How much is computed" });
  const stop = button("Stop", () => view.send("stop"), { class: "small" });
  const busy = el("span", { class: "row", hidden: true }, bar, stop);
  const reason = el("span", { class: "muted reason", text: NO_PAIR, hidden: true });
  const again = () => view.request("recompute", { method: method.value, baseline: baseline.value || view.get("_choices").baseline, word: view.get("_choices").word }).catch(() => fill());
  const fill = () => {
    const { methods, baselines, chat, ...now } = view.get("_choices");
    const running = ["running", "stopping"].includes(view.get("status"));
    method.replaceChildren(...methods.map(({ name }) => el("option", { value: name, text: TITLES[name] ?? name })));
    method.value = now.method;
    baseline.replaceChildren(...baselines.map((name) => el("option", { value: name, text: BASELINES[name] ?? name })));
    const needs = methods.find(({ name }) => name === now.method)?.baseline ?? true;
    if (!needs) baseline.append(el("option", { value: "", text: "none" }));
    baseline.value = needs ? now.baseline : "";
    method.disabled = view.frozen || !chat || running;
    baseline.disabled = method.disabled || !needs;
    baseline.title = needs ? "" : "This method has no baseline.";
    reason.hidden = chat;
    busy.hidden = !running;
    stop.disabled = view.get("status") === "stopping";
  };
  view.listen(method, "change", again);
  view.listen(baseline, "change", again);
  view.bind("_choices status", fill);
  view.bind("progress", (share) => { bar.value = share; });
  return el("div", { class: "row pickers" }, el("label", {}, "Method", method), el("label", {}, "Baseline", baseline), busy, reason);
}

/** The answer as tabs, the whole first: which word is explained. */
export function wordPicker(view) {
  const tabs = el("div", { class: "row words", role: "tablist", "aria-label": "What is explained" });
  const row = el("div", { class: "row" }, el("span", { class: "muted", text: "Explains" }), tabs);
  const choose = (word) => {
    const { method, baseline } = view.get("_choices");
    view.request("recompute", { method, baseline, word }).catch(() => {});
  };
  const fill = () => {
    const { words, word, target, chat } = view.get("_choices");
    const running = ["running", "stopping"].includes(view.get("status"));
    const off = view.frozen || !chat || running;
    const focused = tabs.contains(document.activeElement);
    const tab = (text, index, label) => el("button", {
      type: "button", role: "tab", class: "chip", text, "aria-selected": String(index === word), "aria-label": label, "aria-disabled": String(off && index !== word),
      tabindex: index === word ? 0 : -1, title: chat ? label : NO_PAIR, dataset: { word: index }, on: { click: () => !off && index !== word && choose(index) },
    });
    tabs.replaceChildren(tab(`whole answer: ${target}`, -1, `The whole answer: ${target}`), ...words.map((text, i) => tab(text.trim(), i, `Word ${i + 1}, ${text.trim()}, after the words before it`)));
    if (focused) tabs.querySelector('[tabindex="0"]').focus();
    ask.hidden = view.frozen || words.length > 0 || !chat;
    ask.disabled = running;
  };
  const ask = button("its words …", () => view.request("answer").catch(() => {}), { label: "Ask for the answer, to explain its words", class: "small quiet" });
  row.append(ask);
  view.listen(tabs, "keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...tabs.children];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    event.preventDefault();
  });
  view.bind("_choices status", fill);
  return row;
}

/** Chips of the kinds of highlights, which turn them on and off. */
export function legend(app, kinds) {
  const { view } = app;
  const node = el("div", { class: "row legend", role: "group", "aria-label": "Highlights" });
  const fill = () => {
    const hidden = view.get("hidden");
    const counts = new Map();
    for (const { label, ...place } of app.allPlaces()) counts.set(label, { place: { label, ...place }, count: (counts.get(label)?.count ?? 0) + 1 });
    const more = view.get("_more_places");
    node.replaceChildren(...[...counts].map(([label, { place, count }]) => {
      const { colour, dash } = styleOf(view, place, kinds());
      const mark = el("span", { class: "mark", style: { borderColor: colour, borderStyle: dash.length ? "dashed" : "solid" } });
      return el("button", { type: "button", class: "chip", "aria-pressed": String(!hidden.includes(label)), dataset: { kind: label }, title: `Show or hide ${label}`, on: { click: () => toggle(view, node, label) } }, mark, `${label} (${count})`);
    }), ...(more ? [el("span", { class: "muted", text: `${counted(more)} less sure ones are not shown` })] : []));
    node.hidden = counts.size === 0;
  };
  view.bind("hidden _places annotations _more_places sequence", fill);
  view.onTheme(fill);
  return node;
}

function toggle(view, node, label) {
  const hidden = view.get("hidden");
  view.save({ hidden: hidden.includes(label) ? hidden.filter((other) => other !== label) : [...hidden, label] });
  [...node.children].find((chip) => chip.dataset.kind === label)?.focus(); // the chips were made again
}

/** What is selected: its letters, to copy and to name. */
export function selectionRow(app) {
  const { view } = app;
  const words = el("span");
  const text = el("code", { class: "sequence" });
  const name = el("input", { type: "text", "aria-label": "Name of the place", placeholder: "name it", maxlength: 60 });
  const mark = async () => {
    const [start, end] = app.selection;
    if (!name.value.trim()) return name.focus();
    await view.request("annotate", { label: name.value.trim(), start, end }).catch(() => {});
    name.value = "";
    return undefined;
  };
  const row = el("div", { class: "row selection panel", hidden: true }, words, text,
    button("Copy", async () => view.announce(await copyText(app.lettersOf(...app.selection), text) ? "Copied." : "Press Ctrl+C to copy."), { class: "small" }),
    button("Zoom to it", () => { app.stretch.show(...app.selection); app.moved(); }, { class: "small" }),
    ...(view.frozen ? [] : [name, button("Mark", mark, { class: "small" })]),
    button("×", () => app.select(0, 0), { label: "Clear the selection", class: "small quiet" }));
  view.listen(name, "keydown", (event) => { if (event.key === "Enter") mark(); });
  return { node: row, show() {
    const [start, end] = app.selection;
    row.hidden = end <= start;
    if (row.hidden) return;
    const letters = app.lettersOf(start, end);
    words.textContent = `${counted(start)} to ${counted(end)} (${counted(end - start)} base${end - start === 1 ? "" : "s"})`;
    text.textContent = letters.length > 40 ? `${letters.slice(0, 37)}…` : letters;
  } };
}

/** What each other base would change, once a base was pressed. */
export function substitutionPanel(view) {
  const node = el("section", { class: "panel effects", "aria-label": "Substitutions", hidden: true });
  view.bind("_effects", ({ position, base, changes, unit }) => {
    node.hidden = !changes;
    if (!changes) return;
    const most = Math.max(...Object.values(changes).map(Math.abs)) || 1;
    node.replaceChildren(
      el("h3", { text: `Instead of ${base} at ${counted(position)}` }),
      el("dl", {}, Object.entries(changes).map(([other, change]) => [
        el("dt", { class: `base-${other}`, text: other }),
        el("dd", {}, el("span", { class: "lane" }, el("span", { class: `change ${change > 0 ? "up" : "down"}`, style: { width: `${(50 * Math.abs(change)) / most}%` } })), el("span", { class: "value", text: `${change > 0 ? "+" : ""}${written(change)}` })),
      ])),
      el("p", { class: "muted", text: `change of the ${unit}` }));
    const told = Object.entries(changes).map(([other, change]) => `${other} ${change > 0 ? "+" : ""}${written(change)}`).join(", ");
    view.announce(`Instead of ${base} at ${position}: ${told}`);
  });
  return node;
}
