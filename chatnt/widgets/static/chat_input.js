// Where questions are written: suggestions, names after @, earlier questions, Send and Stop.

import { button, el } from "./shared.js";
import { take } from "./chat_tray.js";

const LETTERS = /^[ACGTUN\s]{30,}$/i;
const SHOWN = 8; // names that complete

/** Make the place where questions are written: `{node, refer}`; `refer(name)` writes a reference. */
export function composer(view) {
  const text = el("textarea", { rows: 2, class: "question", "aria-label": "Question", "aria-autocomplete": "list", placeholder: "Ask about the ticked sequence, or write @name" });
  const names = el("ul", { class: "names", role: "listbox", "aria-label": "Sequences", hidden: true });
  const send = button("Send", () => submit(view, text), { class: "main", label: "Send the question" });
  const stop = button("Stop", () => view.send("stop"), { label: "Stop the answer", hidden: true });
  view.bind("draft", (draft) => { if (text.value !== draft) text.value = draft; });
  view.bind("status", (status) => {
    const running = ["running", "stopping"].includes(status);
    if (running && document.activeElement === send) setTimeout(() => stop.focus());
    if (!running && document.activeElement === stop) setTimeout(() => text.focus());
    [send.hidden, stop.hidden, stop.disabled] = [running, !running, status === "stopping"];
  });
  const write = (value, caret = value.length) => {
    text.value = value;
    text.setSelectionRange(caret, caret);
    view.saveSoon({ draft: value });
    text.focus();
  };
  const refer = (name) => {
    const before = text.value.slice(0, text.selectionStart).replace(/(\S)$/, "$1 ");
    write(`${before}@${name} ${text.value.slice(text.selectionEnd)}`, before.length + name.length + 2);
  };
  const completion = completing(view, text, names, write);
  const recall = recalling(view, text, write);
  view.listen(text, "input", () => { view.saveSoon({ draft: text.value }); completion.open(); });
  view.listen(text, "blur", () => completion.close());
  view.listen(text, "paste", (event) => pasted(view, event));
  view.listen(text, "keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // the key belongs to what writes Japanese or Chinese
    if (completion.key(event) || recall(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit(view, text);
    }
  });
  view.listen(view.root, "keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && view.get("status") === "running") view.send("stop");
  });
  const node = el("div", { class: "stack composer" }, suggested(view, write),
    el("div", { class: "writing" }, names, text, el("div", { class: "sending" }, send, stop)),
    el("p", { class: "muted keys", text: "Enter sends, Shift+Enter begins a line, ↑ recalls, Esc stops" }));
  return { node, refer };
}

let sending = new WeakSet();

async function submit(view, text) {
  if (sending.has(text) || !text.value.trim()) return;
  if (["running", "stopping"].includes(view.get("status"))) {
    view.announce("Something is still being done: wait, or stop it with Esc.");
    return;
  }
  sending.add(text);
  try {
    await view.request("ask", { text: text.value });
    text.value = "";
    view.saveSoon({ draft: "" });
  } catch {
    // It is shown, and the question stays to be corrected.
  } finally {
    sending.delete(text);
  }
}

/** A FASTA text, or a sequence, that is pasted into the question belongs into the tray. */
function pasted(view, event) {
  const data = event.clipboardData;
  const text = data.getData("text/plain");
  if (!data.files.length && !LETTERS.test(text) && !/^\s*>.*[\r\n]/.test(text)) return;
  event.preventDefault();
  take(view, data);
}

/** Arrow up in an empty field, or in one that shows an earlier question, goes to the question before. */
function recalling(view, text, write) {
  let at = null;
  return (event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key)) return false;
    const earlier = view.get("messages").filter((message) => message.role === "user").map((message) => message.text);
    if (at !== null && text.value !== earlier[at]) at = null;
    if (at === null && (text.value || event.key === "ArrowDown")) return false;
    const to = (at ?? earlier.length) + (event.key === "ArrowUp" ? -1 : 1);
    if (to < 0) return true;
    at = to < earlier.length ? to : null;
    write(at === null ? "" : earlier[at]);
    return true;
  };
}

/** Names of sequences after an @. */
function completing(view, text, list, write) {
  let chosen = 0;
  const word = () => /(?:^|\s)@([^\s@]*)$/.exec(text.value.slice(0, text.selectionStart))?.[1];
  const close = () => {
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  };
  const mark = () => [...list.children].forEach((item, index) => {
    item.setAttribute("aria-selected", String(index === chosen));
    if (index === chosen) text.setAttribute("aria-activedescendant", item.id);
  });
  const pick = (name) => {
    const start = text.selectionStart - word().length;
    const after = text.value.slice(text.selectionStart);
    close();
    write(`${text.value.slice(0, start)}${name} ${after.trimStart()}`, start + name.length + 1);
  };
  const open = () => {
    const begun = word();
    const found = begun === undefined ? [] : view.get("sequences").filter(({ name, refers }) => refers && name.toLowerCase().includes(begun.toLowerCase())).slice(0, SHOWN);
    if (!found.length) return close();
    chosen = 0;
    list.replaceChildren(...found.map(({ name }, index) => el("li", { role: "option", id: `${ids}-${index}`, dataset: { name }, text: `@${name}`,
      on: { mousedown: (event) => { event.preventDefault(); pick(name); } } })));
    list.hidden = false;
    mark();
    view.announce(`${found.length} name${found.length === 1 ? "" : "s"}: arrows choose, Enter takes`);
    return undefined;
  };
  const ids = `names-${Math.random().toString(36).slice(2)}`;
  list.id = ids;
  text.setAttribute("aria-controls", ids);
  const key = ({ key: pressed }) => {
    if (list.hidden) return false;
    const count = list.children.length;
    if (pressed === "Escape") close();
    else if (pressed === "ArrowDown" || pressed === "ArrowUp") {
      chosen = (chosen + (pressed === "ArrowDown" ? 1 : count - 1)) % count;
      mark();
    } else if (pressed === "Enter" || pressed === "Tab") pick(list.children[chosen].dataset.name);
    else return false;
    return true;
  };
  return { open, close, key };
}

/** Questions of the tasks that the pair knows; a click writes one. */
function suggested(view, write) {
  const prompts = view.get("_prompts");
  if (!prompts.length || view.frozen) return null;
  const groups = [...new Set(prompts.map(({ process }) => process))];
  const options = groups.map((group) => el("optgroup", { label: group }, prompts.filter(({ process }) => process === group).map(({ task, title }) => el("option", { value: task, text: title }))));
  const select = el("select", { "aria-label": "What to ask about" }, options);
  const hint = el("span", { class: "muted" });
  const chips = el("div", { class: "row chips", role: "group", "aria-label": "Suggested questions" });
  const show = () => {
    const { questions, length } = prompts.find(({ task }) => task === select.value);
    hint.textContent = `learned from ${length.toLocaleString("en-GB")} bases`;
    chips.replaceChildren(...questions.map((question) => el("button", { type: "button", class: "chip", text: question, on: { click: () => write(question) } })));
  };
  select.value = prompts.some(({ task }) => task === "promoter_tata") ? "promoter_tata" : prompts[0].task;
  view.listen(select, "change", show);
  show();
  return el("div", { class: "suggested stack" }, el("div", { class: "row" }, el("span", { class: "muted", text: "Ask about" }), select, hint), chips);
}
