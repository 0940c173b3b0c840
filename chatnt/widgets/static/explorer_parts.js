// What stands around the tracks: choosing tasks, the table of peaks, and the answer about a window.

import { drawing, nucleotideColours, numbers, sequenceText } from "./drawing.js";
import { letterTrack, pyramid } from "./letters.js";
import { button, copyText, counted, el } from "./shared.js";

const MOST_TASKS = 8;
const PEAK_COLUMNS = ["start", "end", "strand", "task", "label", "probability", "windows"];

/** A field that finds a task by any of its words, and adds it. */
export function taskPicker(view) {
  const list = `tasks-${Math.random().toString(36).slice(2)}`;
  const field = el("input", { type: "search", list, "aria-label": "Add a task", placeholder: "Add a task: donor, enhancer, H3K4me3 …", spellcheck: "false", autocomplete: "off" });
  const options = el("datalist", { id: list });
  const add = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return;
    const shown = view.get("tasks");
    const known = view.get("_known").filter(({ name }) => !shown.includes(name));
    const found = known.find(({ name }) => name === field.value)
      ?? known.find(({ name, title }) => words.every((word) => `${name} ${title}`.toLowerCase().includes(word)));
    if (shown.length >= MOST_TASKS) view.fail(`At most ${MOST_TASKS} tasks have a track; take one away first.`);
    else if (!found) view.fail(`No other task of this pair has the words "${field.value}".`);
    else {
      view.fail("");
      view.save({ tasks: [...shown, found.name] });
      field.value = "";
      view.announce(`Added: ${found.title}`);
    }
  };
  view.listen(field, "keydown", (event) => { if (event.key === "Enter") add(); });
  view.listen(field, "input", () => { if (view.get("_known").some(({ name }) => name === field.value)) add(); });
  view.bind("_known tasks", (known, tasks) => {
    options.replaceChildren(...known.filter(({ name }) => !tasks.includes(name)).map(({ name, title }) => el("option", { value: name, text: title })));
  });
  return el("div", { class: "row picker" }, field, options, button("Add", add, { class: "small" }));
}

/** The table of peaks, which can be copied. */
export function peakTable(app) {
  const { view } = app;
  const rows = el("tbody");
  const heading = el("h3", { text: "Peaks" });
  const shown = el("pre", { hidden: true, tabindex: 0, "aria-label": "Peaks as text" });
  const copy = async () => {
    const lines = view.get("_peaks").map((peak) => ["name", ...PEAK_COLUMNS].map((name) => peak[name]).join("\t"));
    shown.textContent = [["name", ...PEAK_COLUMNS].join("\t"), ...lines].join("\n");
    view.announce((await copyText(shown.textContent, shown)) ? "The peaks were copied." : "The peaks are selected: copy them with Ctrl+C.");
  };
  const copying = button("Copy", copy, { class: "small", label: "Copy the peaks" });
  view.bind("_peaks _peak_count", (peaks, count) => {
    heading.textContent = count > peaks.length ? `Peaks: the ${peaks.length} highest of ${counted(count)}` : `Peaks: ${count}`;
    copying.disabled = !peaks.length;
    rows.replaceChildren(...(peaks.length ? peaks.map((peak) => peakRow(app, peak)) : [el("tr", {}, el("td", { colspan: 5, class: "muted", text: "No window reaches the threshold of its task yet." }))]));
  });
  const head = (text, extra = "") => el("th", { scope: "col", class: extra, text });
  return el("section", { class: "stack", "aria-label": "Peaks" },
    el("div", { class: "row spread" }, heading, copying),
    el("div", { class: "scroll peaks", tabindex: 0, role: "region", "aria-label": "Table of peaks" }, el("table", {}, el("thead", {}, el("tr", {}, head("Window", "number"), head("Strand"), head("Task and label"), head("Probability", "number"), head("What to do"))), rows)),
    shown);
}

function peakRow(app, peak) {
  const { view } = app;
  const where = `${counted(peak.start)}–${counted(peak.end)}`;
  const ask = () => view.request("ask", { task: peak.task, strand: peak.strand, at: Math.floor((peak.start + peak.end) / 2), within: 0 }).catch(() => {});
  return el("tr", {},
    el("td", { class: "number", text: where }),
    el("td", { text: peak.strand === "-" ? "−" : "+" }),
    el("td", {}, el("code", { text: peak.task }), el("div", { class: "muted", text: peak.label })),
    el("td", { class: "number", text: peak.probability.toFixed(2) }),
    el("td", {}, el("span", { class: "row" },
      button("Show", () => app.show(peak), { class: "small", label: `Show ${where} of ${peak.task}` }),
      view.frozen ? null : button("Ask", ask, { class: "small", label: `Ask about ${where}: ${peak.task}` }))));
}

/** The answer about a window, and which of its bases decided. */
export function answerPanel(view) {
  const place = el("section", { class: "panel answer", "aria-label": "Answer", hidden: true });
  const told = el("div", { class: "stack" });
  const why = whyPanel(view);
  place.append(told, why);
  view.bind("_asked", (asked) => {
    place.hidden = !asked.text;
    if (asked.text) told.replaceChildren(...answerParts(view, asked));
  });
  return place;
}

function answerParts(view, asked) {
  const chance = asked.probability === null ? "no probability" : `${asked.label}: ${asked.probability.toFixed(2)}`;
  const explain = button("Explain", () => { view.announce("Explaining …"); view.request("explain").catch(() => {}); }, { class: "small main", label: "Explain: which bases decided" });
  return [
    el("div", { class: "row spread" },
      el("h3", { text: `${asked.title}, ${counted(asked.start)}–${counted(asked.end)} (${asked.strand === "-" ? "−" : "+"})` }),
      view.frozen ? null : explain),
    el("p", { class: "muted", text: asked.question.replace("<DNA>", "this window") }),
    el("p", { class: "said", text: asked.text }),
    el("div", { class: "row" },
      el("span", { class: "chip", text: chance }),
      el("span", { class: "muted", text: asked.calibrated ? `calibrated (${asked.calibration})` : "not calibrated" })),
    ...asked.notes.map((text) => el("p", { class: "muted", text: `Note: ${text}` })),
    el("details", {}, el("summary", { text: `Letters of the window (${counted(asked.letters.length)})` }), sequenceText(asked.letters, { most: 600 })),
  ];
}

/** Scores of the whole window as bars, and of the part around the strongest base as letters. */
function whyPanel(view) {
  let levels = pyramid(new Float32Array(0));
  let from = 0;
  const part = () => Math.min(levels[0].low.length, Math.max(30, Math.floor(letters.size().width / 9)));
  const draw = (start, end) => (context, width, height) => {
    if (!levels[0].low.length) return;
    const [low, high] = edges(levels);
    const colours = nucleotideColours(view);
    const signs = [view.css("--accent"), view.css("--second")];
    const { resolution = 1 } = view.get("_why");
    letterTrack(context, { letters: letterText(view), levels, start: start(), end: end(), box: [0, 2, width, height - 4], range: [low, high], colours, signs, resolution });
    context.fillStyle = view.css("--edge");
    context.fillRect(0, 2 + ((height - 4) * high) / (high - low || 1), width, 1);
  };
  const whole = drawing(view, { label: "How much each base of the window decided", height: 64, draw: (context, width, height) => {
    if (!levels[0].low.length) return;
    const pixels = width / levels[0].low.length;
    context.fillStyle = view.css("--tint");
    context.fillRect(from * pixels, 0, part() * pixels, height);
    draw(() => 0, () => levels[0].low.length)(context, width, height);
  } });
  const letters = drawing(view, { label: "The same as letters, of the marked part", height: 88, draw: draw(() => from, () => from + part()) });
  const slider = el("input", { type: "range", min: 0, step: 1, "aria-label": "First base of the letters" });
  const move = (to) => {
    from = Math.max(0, Math.min(to, levels[0].low.length - part()));
    slider.max = Math.max(0, levels[0].low.length - part());
    slider.value = from;
    const { start = 0 } = view.get("_asked");
    slider.setAttribute("aria-valuetext", `base ${counted(from)} of the window, which begins at ${counted(start)}`);
    whole.redraw();
    letters.redraw();
  };
  const told = el("p", { class: "muted" });
  const notes = el("div", {});
  const place = el("div", { class: "stack why", hidden: true }, told, whole.node, letters.node, slider, notes);
  view.listen(slider, "input", () => move(Number(slider.value)));
  view.listen(whole.node, "pointerdown", (event) => {
    const box = whole.node.getBoundingClientRect();
    move(Math.round(((event.clientX - box.left) / box.width) * levels[0].low.length - part() / 2));
  });
  view.bind("_why _why_scores", (why, scores) => {
    levels = pyramid(numbers(scores, Float32Array));
    place.hidden = !why.method || !levels[0].low.length;
    if (place.hidden) return;
    told.textContent = `Up speaks for “${why.target}”${why.against ? `, down for “${why.against}”` : ""}; ${why.method}${why.delta === null ? "" : `, delta ${why.delta.toPrecision(2).replace("-", "−")}`}. 5′ to 3′ on the strand that was asked.`;
    notes.replaceChildren(...why.notes.map((text) => el("p", { class: "muted", text: `Note: ${text}` })));
    const strongest = levels[0].low.reduce((best, score, i) => (Math.abs(score) > Math.abs(levels[0].low[best]) ? i : best), 0);
    requestAnimationFrame(() => move(strongest - Math.floor(part() / 2)));
    view.announce("Explained: the bases that decided are below the answer.");
  });
  return place;
}

function letterText(view) {
  return view.get("_asked").letters ?? "";
}

function edges(levels) {
  const top = levels.at(-1);
  return [Math.min(0, ...top.low), Math.max(0, ...top.high)];
}
