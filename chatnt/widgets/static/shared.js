// What every widget is built of: elements, and a view that ties them to Python.

/**
 * Make an element. Texts become text nodes: nothing is ever parsed as HTML.
 * @param {string} tag
 * @param {Object} [attributes] `class`, `text`, `dataset`, `style` (by property, as `{width: "3px"}` or
 *   `{"--x": 1}`), `on` (handlers by event, which live as long as the element), properties that are true or
 *   false (`disabled`, `hidden`), `value`, and attributes by their names, such as `aria-label`. What is null
 *   or undefined is left out.
 * @param {...(Node|string|number|null|undefined|Array)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/**
 * Make an SVG element; otherwise as `el`.
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name === "class") node.setAttribute("class", value);
    else if (name === "text") node.textContent = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "style") setStyle(node, value);
    else if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (name === "value" || typeof value === "boolean") node[name] = value;
    else if (/^on/i.test(name)) throw new TypeError(`give handlers as on: {${name.slice(2)}: ...}`);
    else if (name === "href" && !/^(https?:|mailto:|#|blob:|data:image\/)/i.test(value)) continue;
    else node.setAttribute(name, String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined).map(asNode));
  return node;
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/** Set CSS properties one by one: a policy without `unsafe-inline` allows that. */
export function setStyle(node, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("--")) node.style.setProperty(name, String(value));
    else node.style[name] = value;
  }
}

/** Make a button. `label` names it for all if `text` is only a sign. */
export function button(text, act, { label, ...attributes } = {}) {
  const { class: more = "", ...others } = attributes;
  return el("button", { type: "button", class: `button ${more}`, "aria-label": label, title: label, on: { click: act }, ...others }, text);
}

/** Write a number with thousands apart. */
export function counted(number) {
  return number.toLocaleString("en-GB");
}

/** Whether the reader asked for little motion. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Call `act` once, `wait` milliseconds after the last call; `.flush()` does it now. */
export function debounced(act, wait = 120) {
  let timer = 0;
  let given = null;
  const flush = () => {
    clearTimeout(timer);
    if (given) act(...given);
    given = null;
  };
  const later = (...values) => {
    given = values;
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  };
  return Object.assign(later, { flush, cancel: () => { given = null; clearTimeout(timer); } });
}

/**
 * Copy a text; where that is not allowed, select what `shown` shows, so that Ctrl+C copies it.
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copyText(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (shown) {
      shown.hidden = false;
      getSelection().selectAllChildren(shown);
    }
    return false;
  }
}

/** Offer a file to the reader. */
export function download(name, blob) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Make what a widget's file exports: `export default widget("tasks", (view) => { ... })`.
 * @param {string} name the class of the root is `chatnt chatnt-NAME`
 * @param {(view: View) => void} build fills `view.body`
 */
export function widget(name, build) {
  return {
    render({ model, el: host, signal }) {
      const view = new View(name, model, host);
      signal?.addEventListener("abort", () => view.end(), { once: true });
      build(view);
      return () => view.end();
    },
  };
}

/** One view of a widget: its elements, its model, and an end that leaves nothing behind. */
export class View {
  #ending = new AbortController();
  #waiting = new Map();
  #themed = [];
  #soon = {};
  #saveSoon;

  constructor(name, model, host) {
    this.model = model;
    this.signal = this.#ending.signal;
    /** Fill this. */
    this.body = el("div", { class: "body" });
    this.line = el("div", { class: "line", role: "status" });
    this.alert = el("div", { class: "alert", role: "alert", hidden: true });
    this.root = el("div", { class: `chatnt chatnt-${name}` }, el("div", { class: "busy", "aria-hidden": "true" }), this.alert, this.body, this.line);
    this.#saveSoon = debounced(() => { const values = this.#soon; this.#soon = {}; this.save(values); });
    // The notebook would take Shift+Enter, Escape and arrows for its own; saving it is left to it.
    this.listen(this.root, "keydown", (event) => {
      if (!((event.ctrlKey || event.metaKey) && event.key === "s")) event.stopPropagation();
    });
    this.on("msg:custom", (content) => this.#settle(content));
    this.bind("error", (text) => this.fail(text ?? ""));
    this.bind("status", (status) => { this.root.dataset.status = status ?? "idle"; });
    this.bind("height", (height) => { this.root.style.height = height ? `${height}px` : ""; });
    this.#followTheme();
    host.append(this.root);
  }

  /** Whether there is no Python behind the page (`to_html`). */
  get frozen() {
    return this.model.get("_frozen") === true;
  }

  /** Listen to the model until the view ends. */
  on(event, act) {
    this.model.on(event, act);
    this.signal.addEventListener("abort", () => this.model.off(event, act), { once: true });
  }

  /** Listen to an element, the window or the document until the view ends. */
  listen(target, event, act, options = {}) {
    target.addEventListener(event, act, { ...options, signal: this.signal });
  }

  /** Call `act(value, ...)` now and whenever one of the traits changes: `bind("x y", (x, y) => ...)`. */
  bind(names, act) {
    const traits = names.split(" ");
    const now = () => act(...traits.map((name) => this.model.get(name)));
    for (const name of traits) this.on(`change:${name}`, now);
    now();
  }

  get(name) {
    return this.model.get(name);
  }

  /** Set traits, and tell Python at once. */
  save(values) {
    for (const [name, value] of Object.entries(values)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Set traits once the reader pauses: for sliders and typing. Drop what is open with `save`. */
  saveSoon(values) {
    Object.assign(this.#soon, values);
    this.#saveSoon();
  }

  /** Send a message that needs no reply. */
  send(type, fields = {}, buffers = []) {
    this.model.send({ ...fields, type }, undefined, buffers);
  }

  /** Send a message to the method of Python that is marked `@message(type)`. @returns {Promise} what it returns */
  request(type, fields = {}, buffers = []) {
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.model.send({ ...fields, id, type }, undefined, buffers);
    });
  }

  #settle({ type, id, value, error }) {
    const waiting = type === "reply" && this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(value);
    else {
      this.fail(error);
      waiting.reject(new Error(error));
    }
  }

  /** Tell something in the status line, which screen readers read out. */
  announce(text) {
    this.line.textContent = text;
  }

  /** Show an error; an empty text takes it away. */
  fail(text) {
    this.alert.hidden = !text;
    const away = button("×", () => { this.fail(""); if (this.get("error")) this.save({ error: "" }); }, { label: "Dismiss", class: "quiet" });
    this.alert.replaceChildren(...(text ? [el("span", { text }), away] : []));
  }

  /** Whether the view is dark now. */
  get dark() {
    return this.root.dataset.theme === "dark";
  }

  /** Call `act` whenever colours change: canvases must be drawn again. */
  onTheme(act) {
    this.#themed.push(act);
  }

  /** Read a CSS variable of the view, such as `--ink`; only after the first drawing, not while building. */
  css(name) {
    return getComputedStyle(this.root).getPropertyValue(name).trim();
  }

  #followTheme() {
    const apply = () => {
      const asked = this.get("theme") ?? "auto";
      this.root.dataset.theme = asked === "auto" ? themeAround() : asked;
      this.root.toggleAttribute("data-forced", asked !== "auto");
      this.root.dataset.palette = this.get("palette") ?? "safe";
      for (const act of this.#themed) act();
    };
    const watcher = new MutationObserver(apply);
    const attributeFilter = ["class", "data-jp-theme-light", "data-jp-theme-name", "data-theme"];
    for (const node of [document.documentElement, document.body]) watcher.observe(node, { attributes: true, attributeFilter });
    this.signal.addEventListener("abort", () => watcher.disconnect(), { once: true });
    this.listen(matchMedia("(prefers-color-scheme: dark)"), "change", apply);
    this.bind("theme palette", apply);
  }

  /** Take the view away: every listener goes, every open request fails. */
  end() {
    if (this.signal.aborted) return;
    this.#saveSoon.flush();
    this.#ending.abort();
    for (const { reject } of this.#waiting.values()) reject(new Error("the view was closed"));
    this.#waiting.clear();
    this.root.remove();
  }
}

/** Find out whether what surrounds a widget is dark: JupyterLab, marimo, VS Code, or the system says so. */
function themeAround() {
  const { body, documentElement: top } = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false" ? "dark" : "light";
  const classes = [...top.classList, ...body.classList];
  if (classes.some((name) => ["dark", "dark-theme", "vscode-dark", "vscode-high-contrast"].includes(name))) return "dark";
  if (classes.some((name) => ["light", "light-theme", "vscode-light"].includes(name))) return "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
