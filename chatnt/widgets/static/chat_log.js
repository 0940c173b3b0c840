// The log: questions, and answers as they are written, with what is known of them.

import { button, copyText, el } from "./shared.js";
import { facts } from "./chat_tray.js";
import { whyPanel } from "./chat_why.js";

const NEAR = 32; // pixels from the bottom that still count as being there

/** Make the log. It follows what is written only while the reader is at its end. */
export function chatLog(view) {
  const log = el("div", { class: "log", role: "log", "aria-label": "Conversation", tabindex: 0 });
  const down = button("↓ Newest", () => { log.scrollTop = log.scrollHeight; }, { class: "small down", label: "Go to the newest answer", hidden: true });
  const readOut = el("div", { class: "hidden-text", role: "status" });
  const shown = [];
  const closed = new Set();
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  let stays = true;
  const follow = () => {
    if (stays) log.scrollTop = log.scrollHeight;
    down.hidden = stays || atEnd();
  };
  view.listen(log, "scroll", () => { stays = atEnd(); if (stays) down.hidden = true; });
  const watcher = new ResizeObserver(follow); // the first has a size
  watcher.observe(log);
  view.signal.addEventListener("abort", () => watcher.disconnect(), { once: true });
  let told = () => {}; // what was there before is not read out
  const fill = () => {
    update(view, log, shown, closed, { again: fill, told });
    follow();
  };
  view.bind("messages", fill);
  told = (message) => { readOut.textContent = inWords(message); };
  view.bind("_stream", ({ turn, text }) => {
    const place = turn === undefined ? null : shown[2 * turn + 1]?.node.querySelector(".said");
    if (place) place.textContent = text;
    follow();
  });
  view.bind("status", () => {
    const busy = ["running", "stopping"].includes(view.get("status"));
    for (const one of log.querySelectorAll("button[data-busy]")) one.disabled = busy;
  });
  return el("div", { class: "log-place" }, log, down, readOut);
}

/** Bring the nodes up to date; those whose message is the same stay, so that nothing is read out twice. */
function update(view, log, shown, closed, { again, told }) {
  const messages = view.get("messages");
  if (!messages.length) {
    shown.length = 0;
    closed.clear();
    log.replaceChildren(welcome(view));
    return;
  }
  log.querySelector(".welcome")?.remove();
  for (const { node } of shown.splice(messages.length)) node.remove();
  messages.forEach((message, index) => {
    const key = JSON.stringify(message) + closed.has(message.turn);
    const before = shown[index];
    if (before?.key === key) return;
    const node = message.role === "user" ? asked(message) : answered(view, message, closed, again);
    const focused = before?.node.contains(document.activeElement) && document.activeElement.dataset.act;
    if (before) before.node.replaceWith(node);
    else log.append(node);
    if (focused) node.querySelector(`[data-act="${focused}"]`)?.focus();
    if (message.role === "assistant" && (before?.state ?? "writing") === "writing") told(message);
    shown[index] = { key, node, state: message.state };
  });
}

/** What was written word by word is read out once, as a whole. */
function inWords({ state, text, reason, probability: share = null }) {
  if (state === "writing") return "";
  const ends = { stopped: "Stopped.", error: `Not answered: ${reason}`, done: share === null ? "" : `Probability ${share.toFixed(2)}.` };
  return `${text} ${ends[state] ?? ""}`.trim();
}

function welcome(view) {
  const text = view.frozen ? "Nothing was asked." : "Add a sequence, then ask about it. The answer comes with its probability, and “Why?” shows the bases that decided it.";
  return el("p", { class: "welcome muted", text });
}

function asked(message) {
  return el("article", { class: "asked", "aria-label": "Question" },
    el("p", { class: "said", text: message.text }),
    message.sequences.length ? el("div", { class: "row" }, message.sequences.map((one) => el("span", { class: "chip", title: facts(one), text: `${one.name} · ${one.length.toLocaleString("en-GB")} bases` }))) : null);
}

function answered(view, message, closed, again) {
  const writing = message.state === "writing";
  const stream = view.get("_stream");
  const text = writing && stream.turn === message.turn ? stream.text : message.text;
  const said = el("p", { class: "said", text });
  const node = el("article", { class: `answered ${message.state}`, "aria-label": "Answer", "aria-live": writing ? "off" : null, "aria-busy": String(writing) });
  if (message.state === "refused") node.append(el("p", { class: "notice-title" }, el("span", { class: "sign", "aria-hidden": "true", text: "i" }), "Outside of what this pair was trained on"));
  node.append(said, ...marks(message));
  if (writing) node.append(el("span", { class: "caret", "aria-hidden": "true" }));
  else node.append(tools(view, message, said, closed, again));
  if (message.why && !closed.has(message.turn)) node.append(whyPanel(view, message.why));
  return node;
}

/** What is known of an answer: probability, number, doubts. */
function marks(message) {
  if (message.state === "stopped") return [el("div", { class: "row" }, el("span", { class: "chip ended", text: "stopped" }))];
  if (message.state === "error") return [el("p", { class: "failed", text: message.reason })];
  if (message.state !== "done") return [];
  const chips = [...probability(message), ...number(message), ...candidates(message)];
  const known = message.probability !== null || message.interval || Object.keys(message.probabilities).length > 0;
  if (known) chips.push(calibration(message));
  return [
    chips.length ? el("div", { class: "row chips" }, chips) : null,
    message.notes.length ? el("ul", { class: "doubts" }, message.notes.map((text) => el("li", { text }))) : null,
  ].filter(Boolean);
}

function probability({ probability: share, label, abstained, probabilities }) {
  const one = (name, value) => el("span", { class: "chip share", style: { "--share": `${100 * value}%` }, title: `probability of ${name}: ${value.toFixed(3)}` }, name, el("strong", { text: ` ${value.toFixed(2)}` }));
  if (share !== null) return [one(abstained ? "withheld" : label, share)];
  return Object.entries(probabilities).map(([name, value]) => one(name, value));
}

function number({ value, estimate, interval, coverage }) {
  const chip = (text, title) => el("span", { class: "chip", text, title });
  return [
    value === null ? null : chip(`value ${brief(value)}`, "the number that the answer states"),
    estimate === null ? null : chip(`mean ${brief(estimate)}`, "mean of what could have been written"),
    interval ? chip(`${Math.round(100 * coverage)} % between ${brief(interval[0])} and ${brief(interval[1])}`, "the truth lies there as often") : null,
  ].filter(Boolean);
}

function candidates({ candidates: names, coverage }) {
  if (!names || names.length === 1) return [];
  return [el("span", { class: "chip", text: `at ${Math.round(100 * coverage)} % coverage: ${names.join(" or ") || "no label is likely enough"}` })];
}

function calibration({ calibrated, calibration: how }) {
  if (calibrated) return el("span", { class: "chip mark calibrated", title: how }, el("span", { "aria-hidden": "true", text: "✓" }), "calibrated");
  return el("span", { class: "chip mark", title: "how often such answers are right was not measured for it" }, el("span", { "aria-hidden": "true", text: "~" }), "not calibrated");
}

function brief(value) {
  return String(Number(value.toPrecision(4)));
}

function tools(view, message, said, closed, again) {
  const busy = ["running", "stopping"].includes(view.get("status"));
  const copy = async () => view.announce((await copyText(message.text, said)) ? "The answer was copied." : "The answer is selected: copy it with Ctrl+C.");
  const open = message.why && !closed.has(message.turn);
  const why = () => {
    if (!message.why || message.why.state === "error") return view.request("why", { turn: message.turn }).catch(() => {});
    closed[open ? "add" : "delete"](message.turn);
    return again();
  };
  const retry = () => view.request("retry", { turn: message.turn }).catch(() => {});
  const live = !view.frozen;
  return el("div", { class: "row tools" },
    message.explains && (live || message.why) ? button("Why?", why, { class: "small", dataset: { act: "why", ...(message.why ? {} : { busy: "" }) }, "aria-expanded": String(Boolean(open)), disabled: busy && !message.why }) : null,
    button("Copy", copy, { class: "small quiet", label: "Copy the answer", dataset: { act: "copy" } }),
    live ? button("Retry", retry, { class: "small quiet", label: "Ask again", dataset: { act: "retry", busy: "" }, disabled: busy }) : null,
    message.seconds === undefined ? null : el("span", { class: "muted time", text: `${message.seconds.toFixed(1)} s` }));
}
