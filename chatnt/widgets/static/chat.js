// Chat: sequences, a conversation about them, and why answers are what they are.

import { button, download, el, widget } from "./shared.js";
import { chatLog } from "./chat_log.js";
import { composer } from "./chat_input.js";
import { trayPanel } from "./chat_tray.js";

const KINDS = { md: ["Markdown", "text/markdown"], html: ["HTML", "text/html"], json: ["JSON", "application/json"] };

export default widget("chat", (view) => {
  const { node, refer } = composer(view);
  view.body.append(
    head(view),
    el("div", { class: "talk" }, trayPanel(view, refer), el("div", { class: "stack main" }, chatLog(view), view.frozen ? null : node)));
});

function head(view) {
  const clear = () => view.request("clear").then(() => view.announce("A new conversation."), () => {});
  const fresh = button("New conversation", clear, { class: "small" });
  const saves = Object.entries(KINDS).map(([kind, [name, type]]) => button(name, () => save(view, kind, type), { class: "small quiet", label: `Save the conversation as ${name}` }));
  view.bind("messages status", (messages, status) => {
    fresh.disabled = !messages.length || ["running", "stopping"].includes(status);
    for (const one of saves) one.disabled = !messages.length;
  });
  return el("div", { class: "row spread" },
    el("div", { class: "row" }, el("h2", { text: "Chat" }), el("span", { class: "muted wide-only", text: view.get("_pair") })),
    view.frozen ? null : el("div", { class: "row saves" }, el("span", { class: "muted wide-only", text: "Save as" }), saves, fresh));
}

async function save(view, kind, type) {
  try {
    const text = await view.request("export", { kind });
    download(`conversation.${kind}`, new Blob([text], { type }));
    view.announce(`conversation.${kind} was saved.`);
  } catch {
    // It is shown.
  }
}
