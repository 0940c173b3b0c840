// Tasks: the catalogue, searched and filtered, and one task of it.

import { button, copyText, counted, el, widget } from "./shared.js";
import { sequenceText } from "./drawing.js";

const FILTERS = { kind: "Kind", category: "Group", species: "Species" };
const METRICS = { mcc: "MCC", auroc: "AUROC", f1: "F1", pearson: "Pearson" };
const QUESTIONS = 4;
const RESULTS = 7;

export default widget("tasks", (view) => {
  const search = el("input", { type: "search", "aria-label": "Search tasks", placeholder: "Search: promoter, splicing, yeast, RNA …", spellcheck: "false" });
  const filters = el("div", { class: "stack filters" });
  const rows = el("tbody");
  const detail = el("section", { class: "detail panel", "aria-label": "The task" });
  view.body.append(
    el("div", { class: "row" }, el("h2", { text: "Tasks" }), el("span", { class: "muted", text: "what can be asked of a sequence; hatched scores are of simulated ones" })),
    search,
    filters,
    el("div", { class: "columns" }, el("div", { class: "scroll list" }, table(rows, view.get("_pair"))), detail),
  );

  view.listen(search, "input", () => view.saveSoon({ query: search.value }));
  view.bind("query", (query) => { if (search.value !== query) search.value = query; });
  view.bind("_rows filters", () => fillFilters(view, filters));
  view.bind("_rows query filters", () => list(view, rows));
  view.bind("selected", (name) => mark(rows, name));
  view.bind("selected _detail", () => show(view, detail));
  listenToRows(view, rows);
});

function table(rows, pair) {
  const head = (text, extra = "") => el("th", { scope: "col", class: extra, text });
  return el("table", { role: "grid", "aria-label": "Tasks" },
    el("thead", {}, el("tr", {}, head("Task"), head("Kind", "wide-only"), head("Species", "wide-only"), head("Bases", "number wide-only"), head(pair === "mini" ? "Bundled pair" : pair || "Score", "number"))),
    rows);
}

function fillFilters(view, place) {
  const all = view.get("_rows");
  const chosen = view.get("filters");
  place.replaceChildren(...Object.entries(FILTERS).map(([name, title]) => {
    const values = [...new Set(all.flatMap((row) => row[name]))].filter(Boolean).sort();
    const chips = values.map((value) => {
      const on = (chosen[name] ?? []).includes(value);
      return el("button", { type: "button", class: "chip", "aria-pressed": String(on), text: value, dataset: { filter: `${name}:${value}` }, on: { click: () => toggle(view, name, value) } });
    });
    return el("div", { class: "row", role: "group", "aria-label": title }, el("span", { class: "muted filter-name", text: title }), chips);
  }));
}

function toggle(view, name, value) {
  const { [name]: before = [], ...others } = view.get("filters");
  const after = before.includes(value) ? before.filter((other) => other !== value) : [...before, value];
  view.save({ filters: after.length ? { ...others, [name]: after } : others });
  // The chips were made again.
  [...view.root.querySelectorAll("button.chip")].find((chip) => chip.dataset.filter === `${name}:${value}`)?.focus();
}

/** As `Tasks.frame` in Python. */
function hits(view) {
  const words = view.get("query").toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = Object.entries(view.get("filters"));
  return view.get("_rows").filter((row) => words.every((word) => row.text.includes(word))
    && wanted.every(([name, values]) => values.some((value) => row[name].includes(value))));
}

function list(view, place) {
  const found = hits(view);
  const selected = view.get("selected");
  const first = found.some((row) => row.name === selected) ? selected : found[0]?.name;
  place.replaceChildren(...found.map((row) => el("tr", { dataset: { name: row.name }, tabindex: row.name === first ? 0 : -1, "aria-selected": String(row.name === selected) },
    el("td", {}, el("div", { text: row.title }), el("code", { class: "muted", text: row.name })),
    el("td", { class: "wide-only word", text: row.kind[0] }),
    el("td", { class: "wide-only", text: row.species.join(", ") }),
    el("td", { class: "number wide-only", text: counted(row.length) }),
    el("td", { class: "number" }, row.score === null ? el("span", { class: "muted", text: "–", "aria-label": "not scored" }) : meter(row)))));
  const all = view.get("_rows").length;
  view.announce(`${found.length === all ? all : `${found.length} of ${all}`} tasks`);
  if (!found.length) place.append(el("tr", {}, el("td", { colspan: 5, class: "muted", text: "No task fits. Take away a filter, or search for fewer words." })));
}

function meter({ score, simulated }) {
  const width = `${100 * Math.max(0, Math.min(1, score))}%`;
  return el("span", { class: "meter", title: simulated ? "on simulated sequences" : "on test sequences" },
    el("span", { class: `meter-bar bar own${simulated ? " apart" : ""}`, style: { width } }),
    el("span", {}, score.toFixed(2), simulated ? el("span", { class: "hidden-text", text: " on simulated sequences" }) : null));
}

function mark(rows, name) {
  for (const row of rows.querySelectorAll("tr[data-name]")) {
    const here = row.dataset.name === name;
    row.setAttribute("aria-selected", String(here));
    if (name) row.tabIndex = here ? 0 : -1;
  }
  if (!rows.querySelector('tr[tabindex="0"]')) rows.querySelector("tr[data-name]")?.setAttribute("tabindex", "0");
}

function listenToRows(view, rows) {
  const choose = (row) => row?.dataset.name && view.save({ selected: row.dataset.name });
  view.listen(rows, "click", (event) => choose(event.target.closest("tr")));
  view.listen(rows, "keydown", (event) => {
    const all = [...rows.querySelectorAll("tr[data-name]")];
    const at = all.indexOf(event.target.closest("tr"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") choose(all[at]);
    else if (to === undefined) return;
    else all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
    event.preventDefault();
  });
}

function show(view, place) {
  const name = view.get("selected");
  const known = view.get("_detail");
  const task = known.name === name ? known : view.get("_details")?.[name];
  if (!task) {
    const text = name && view.frozen ? "This task was not saved with the page." : "Choose a task to see what is asked, what can be answered, and how well models do.";
    place.replaceChildren(el("p", { class: "muted", text }));
    return;
  }
  const part = (title, ...content) => (content.flat().length ? el("div", { class: "stack" }, el("h3", { text: title }), content) : null);
  place.replaceChildren(...[
    el("div", { class: "stack" },
      el("h2", { text: task.title }),
      el("div", { class: "row" }, el("code", { text: task.name }), task.chips.map((text) => el("span", { class: "chip", text }))),
      el("p", { class: "muted", text: task.description })),
    part("Asked like this", questions(view, task)),
    part("Answers", answers(task)),
    part("Results", results(task)),
    part("Examples", examples(view, task)),
    part("Source", task.sources.map((text) => el("p", { text })), notes(task)),
    part("Code", code(view, task)),
  ].filter(Boolean));
}

function questions(view, task) {
  const line = (text) => el("li", { class: "row spread" }, el("span", { text }), askButton(view, task, text));
  const list = (some) => el("ul", { class: "plain" }, some.map(line));
  return [
    list(task.questions.slice(0, QUESTIONS)),
    more(task.questions.length - QUESTIONS, `more of ${counted(task.wordings)} wordings`, list(task.questions.slice(QUESTIONS))),
  ].flat();
}

function askButton(view, task, question, example = -1) {
  if (!view.get("can_ask") || view.frozen) return null;
  const ask = () => view.request("ask", { task: task.name, question, example }).then(() => view.announce(`Asked: ${question}`), () => {});
  return button("Ask in chat", ask, { class: "small", label: `Ask in chat: ${question}` });
}

function answers(task) {
  return el("dl", { class: "answers" }, task.answers.flatMap(({ label, sentence }) => [
    el("dt", {}, el("span", { class: "chip", text: label })), el("dd", { class: "muted", text: sentence }),
  ]));
}

function results(task) {
  if (!task.results.length) return el("p", { class: "muted", text: "No results are known." });
  const apart = task.results.filter(({ comparable }) => !comparable);
  return [
    bars(task.results.slice(0, RESULTS)),
    more(task.results.length - RESULTS, "more", bars(task.results.slice(RESULTS))),
    more(apart.length, "marked * and not directly comparable: why", el("ul", {}, apart.map(({ model, note }) => el("li", { class: "muted", text: `${model}: ${note}` })))),
  ].flat();
}

function bars(some) {
  return el("dl", { class: "bars" }, some.flatMap(({ model, value, metric, own, comparable, note }) => {
    const width = `${100 * Math.max(0, Math.min(1, value))}%`;
    return [
      el("dt", { class: own ? "own" : "", text: comparable ? model : `${model} *`, title: note }),
      el("dd", {},
        el("span", { class: "track" }, el("span", { class: `bar${own ? " own" : ""}${comparable ? "" : " apart"}`, style: { width } })),
        el("span", { class: "value", text: `${value.toFixed(3)} ${METRICS[metric] ?? metric}` })),
    ];
  }));
}

/** What there is more of, folded away. */
function more(count, what, content) {
  return count > 0 ? [el("details", {}, el("summary", { text: `${count} ${what}` }), content)] : [];
}

function examples(view, task) {
  const told = task.examples.map((one, index) => el("li", { class: "stack example" },
    el("div", { class: "row spread" },
      el("span", { class: "row" }, el("span", { class: "chip", text: one.label }), el("span", { class: "muted", text: one.origin })),
      askButton(view, task, task.questions[0], index)),
    sequenceText(one.sequence, { most: 120 })));
  const draw = () => view.request("examples", { count: 3 }).then(() => view.announce("Other examples were drawn."), () => {});
  return [told.length ? el("ul", { class: "plain" }, told) : [], view.frozen ? [] : button("Draw others", draw, { class: "small" })].flat();
}

function notes(task) {
  return more(task.notes.length, "things to mind", el("ul", {}, task.notes.map((text) => el("li", { text }))));
}

function code(view, task) {
  const shown = el("pre", { text: task.code, tabindex: 0, "aria-label": "Code" });
  const copy = async () => view.announce((await copyText(task.code, shown)) ? "The code was copied." : "The code is selected: copy it with Ctrl+C.");
  return [shown, el("div", {}, button("Copy code", copy, { class: "small" }))];
}
