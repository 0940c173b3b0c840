// The tray: sequences that are pasted, dropped or uploaded, and ticked to go with the next question.

import { button, counted, el } from "./shared.js";
import { sequenceText } from "./drawing.js";

const PART = 4_000_000; // bytes; a message of more than ten million ends the connection
const LARGEST = 256_000_000;

/** Make the panel of sequences; `refer(name)` puts a reference into the question. */
export function trayPanel(view, refer) {
  const rows = el("ul", { class: "sequences", "aria-label": "Sequences" });
  const count = el("span", { class: "muted" });
  const panel = el("section", { class: "tray panel", "aria-label": "Sequences" },
    el("div", { class: "row spread" }, el("h3", { text: "Sequences" }), count), rows);
  if (!view.frozen) panel.append(adding(view));
  view.bind("sequences _count", () => fill(view, rows, count, refer));
  view.bind("ticked", (ticked) => {
    for (const box of rows.querySelectorAll("input")) box.checked = ticked.includes(box.value);
  });
  return panel;
}

function fill(view, rows, count, refer) {
  const all = view.get("sequences");
  const total = view.get("_count");
  const ticked = view.get("ticked");
  count.textContent = total ? counted(total) : "";
  rows.hidden = !total;
  rows.replaceChildren(...all.map((one) => row(view, one, ticked.includes(one.name), refer)));
  if (total > all.length) rows.append(el("li", { class: "muted", text: `… and ${counted(total - all.length)} more, for @name` }));
}

function row(view, one, on, refer) {
  const tick = ({ target }) => {
    const others = view.get("ticked").filter((name) => name !== one.name);
    view.save({ ticked: target.checked ? [...others, one.name] : others });
  };
  const remove = () => view.request("remove", { name: one.name }).then(() => view.announce(`${one.name} was removed.`), () => {});
  return el("li", { class: "sequence-row" },
    el("label", { class: "name" },
      el("input", { type: "checkbox", value: one.name, checked: on, disabled: view.frozen, on: { change: tick } }),
      el("span", { text: one.name })),
    el("span", { class: "row tools" },
      one.refers && !view.frozen ? button("@", () => refer(one.name), { class: "small quiet", label: `Write @${one.name} into the question` }) : null,
      view.frozen ? null : button("×", remove, { class: "small quiet", label: `Remove ${one.name}` })),
    el("span", { class: "muted facts", text: facts(one) }),
    sequenceText(one.preview.slice(0, 24)));
}

/** Length and share of G and C in words. */
export function facts({ length, gc }) {
  return `${counted(length)} bases, GC ${Math.round(100 * gc)} %`;
}

function adding(view) {
  const text = el("textarea", { rows: 2, spellcheck: "false", "aria-label": "Paste FASTA or letters", placeholder: "Paste FASTA or letters, or drop a file" });
  const file = el("input", { type: "file", multiple: true, hidden: true, "aria-label": "FASTA files" });
  const add = async () => {
    if (!text.value.trim()) return text.focus();
    if (await upload(view, new Blob([text.value]), "The text")) text.value = "";
  };
  view.listen(file, "change", async () => {
    for (const one of file.files) await upload(view, one, one.name);
    file.value = "";
  });
  view.listen(view.root, "dragover", (event) => { event.preventDefault(); view.root.classList.add("over"); });
  view.listen(view.root, "dragleave", (event) => { if (!view.root.contains(event.relatedTarget)) view.root.classList.remove("over"); });
  view.listen(view.root, "drop", (event) => { event.preventDefault(); view.root.classList.remove("over"); take(view, event.dataTransfer); });
  view.listen(text, "paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); take(view, event.clipboardData); } });
  return el("div", { class: "stack adding" }, text, el("div", { class: "row" }, button("Add", add, { class: "small", label: "Add what was pasted" }), button("Upload …", () => file.click(), { class: "small", label: "Upload FASTA files" }), file));
}

/** Take files, or else a text, of a drop or a paste. */
export async function take(view, data) {
  const files = [...data.files];
  const text = files.length ? "" : data.getData("text/plain");
  for (const one of files) await upload(view, one, one.name);
  if (text.trim()) await upload(view, new Blob([text]), "The text");
}

/** Send a file to Python in parts. @returns {Promise<boolean>} whether it was read */
export async function upload(view, blob, name) {
  if (blob.size > LARGEST) {
    view.fail(`${name} is too large for the page: ${counted(blob.size)} bytes. Give Python its path: add("${name}").`);
    return false;
  }
  const parts = Math.max(1, Math.ceil(blob.size / PART));
  const key = `${Date.now()}-${Math.random()}`;
  let names = [];
  try {
    for (let part = 0; part < parts; part += 1) {
      if (parts > 1) view.announce(`${name}: part ${part + 1} of ${parts}`);
      const buffer = await blob.slice(part * PART, (part + 1) * PART).arrayBuffer();
      names = await view.request("upload", { key, name, part, parts }, [buffer]);
    }
  } catch {
    return false; // it is shown
  }
  view.announce(names.length === 1 ? `${names[0]} was added.` : `${counted(names.length)} sequences were added.`);
  return true;
}
