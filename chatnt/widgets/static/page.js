// Renders a widget in a page without Python: the state is kept, and nothing leaves the page.

/** A model as anywidget gives it, whose other side is not there. */
class FrozenModel {
  #state;
  #handlers = new Map();

  constructor(state) {
    this.#state = state;
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    if (this.#state[name] === value) return;
    this.#state[name] = value;
    this.#emit(`change:${name}`);
    this.#emit("change");
  }

  save_changes() {}

  send({ id }) {
    const error = "This page is a saved picture of a widget: there is no Python behind it. Open it in a notebook.";
    if (id !== undefined) queueMicrotask(() => this.#emit("msg:custom", { type: "reply", id, error }, []));
  }

  on(name, handler) {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
  }

  off(name, handler) {
    this.#handlers.set(name, (this.#handlers.get(name) ?? []).filter((other) => other !== handler));
  }

  #emit(name, ...given) {
    for (const handler of this.#handlers.get(name) ?? []) handler(...given);
  }
}

/** Bytes are written as base64, and read as a notebook gives them. */
function revive(_key, value) {
  if (typeof value?.$bytes !== "string") return value;
  return new DataView(Uint8Array.from(atob(value.$bytes), (letter) => letter.charCodeAt(0)).buffer);
}

const written = document.getElementById("chatnt-state").textContent;
chatntWidget.render({
  model: new FrozenModel(JSON.parse(written, revive)),
  el: document.getElementById("chatnt"),
  signal: new AbortController().signal,
});
