// A model that writes down what the page does, for the test to read and to answer.
class FakeModel {
  constructor(state) {
    this.state = state;
    this.handlers = {};
    this.changed = {};
    this.journal = [];
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.changed[name] = value;
    this.emit(`change:${name}`);
    this.emit("change");
  }

  save_changes() {
    this.journal.push({ saved: this.changed });
    this.changed = {};
  }

  send(content, _callbacks, buffers = []) {
    this.journal.push({ sent: content, buffers: buffers.map(encode) });
  }

  on(name, act) {
    (this.handlers[name] ??= []).push(act);
  }

  off(name, act) {
    this.handlers[name] = (this.handlers[name] ?? []).filter((other) => other !== act);
  }

  emit(name, ...given) {
    for (const act of [...(this.handlers[name] ?? [])]) act(...given);
  }

  // What Python does.
  fromPython(written) {
    const values = JSON.parse(written, revive);
    Object.assign(this.state, values);
    for (const name of Object.keys(values)) this.emit(`change:${name}`);
  }

  receive(content, buffers = "[]") {
    this.emit("msg:custom", content, JSON.parse(buffers, revive));
  }

  listeners() {
    return Object.values(this.handlers).flat().length;
  }
}

function encode(buffer) {
  const bytes = new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function revive(_key, value) {
  if (typeof value?.$bytes !== "string") return value;
  return new DataView(Uint8Array.from(atob(value.$bytes), (letter) => letter.charCodeAt(0)).buffer);
}

globalThis.model = new FakeModel(JSON.parse(document.getElementById("chatnt-state").textContent, revive));
globalThis.cleanUp = chatntWidget.render({ model, el: document.getElementById("chatnt"), signal: new AbortController().signal });
