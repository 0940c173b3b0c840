// Attribution: an overview with a window, the tracks in it, and what stands around them.

import { button, counted, download, el, widget } from "./shared.js";
import { drawing, nucleotideColours } from "./drawing.js";
import { letterTrack } from "./letters.js";
import { SvgContext } from "./svg.js";
import { GUTTER, LINES, drawTracks, layout, readTracks, scoreAt, signColours, wholeTracks, written } from "./attribution_tracks.js";
import { Stretch, listenToTracks, overviewWindow, placeWindow } from "./attribution_window.js";
import { facts, legend, pickers, selectionRow, substitutionPanel, wordPicker } from "./attribution_parts.js";

const OVERVIEW = 46;
const CLOSER = 0.5;

export default widget("attribution", (view) => {
  const app = new App(view);
  view.body.append(...app.nodes());
  app.follow();
});

class App {
  constructor(view) {
    this.view = view;
    this.tracks = [];
    this.stretch = new Stretch(1);
    this.cursor = null;
    this.selection = [0, 0];
    this.style = {};
    this.tip = el("div", { class: "tip", hidden: true });
    this.main = drawing(view, { label: "Scores of the bases", height: 240, draw: (context, width) => this.draw(context, width) });
    // Focus and keys belong to what holds the canvas; a picture cannot have them.
    Object.entries({ tabindex: 0, role: "application", "aria-label": "Tracks: arrows move the cursor, Shift and arrows select, plus and minus zoom, Enter substitutes", "aria-roledescription": "sequence" }).forEach(([name, value]) => this.main.node.setAttribute(name, value));
    this.main.node.classList.add("tracks");
    this.main.node.append(this.tip);
    this.overview = drawing(view, { label: "The whole sequence", height: OVERVIEW, draw: (context, width) => this.drawOverview(context, width) });
    this.overview.node.classList.add("overview");
    this.frame = overviewWindow(this, this.overview.node);
    this.overview.node.append(this.frame);
    this.selected = selectionRow(this);
    this.redrawn = this.main.redraw;
    listenToTracks(this, this.main.node);
    view.onTheme(() => { this.style = {}; });
  }

  nodes() {
    const { view } = this;
    const zoom = (factor) => () => { this.stretch.zoom(factor, this.cursor === null ? undefined : this.cursor + 0.5); this.moved(); };
    const pan = (share) => () => { this.stretch.pan(share * this.stretch.span); this.moved(); };
    this.title = el("h2");
    this.question = el("span", { class: "muted" });
    this.help = el("p", { class: "muted help" });
    this.facts = el("div", { class: "stack" });
    this.place = el("input", { type: "text", class: "place", "aria-label": "Bases that are seen, as 120-180", spellcheck: "false", on: { change: () => this.goTo() } });
    this.sequences = el("select", { "aria-label": "Sequence", on: { change: (event) => view.save({ sequence: Number(event.target.value) }) } });
    this.sequencesRow = el("label", {}, "Sequence", this.sequences);
    return [
      el("div", { class: "stack head" }, el("div", { class: "row" }, this.title, this.question), pickers(view), wordPicker(view), this.facts),
      this.overview.node,
      el("div", { class: "row moves" }, this.sequencesRow,
        button("◂", pan(-0.5), { label: "To the left", class: "small" }), button("▸", pan(0.5), { label: "To the right", class: "small" }),
        button("+", zoom(CLOSER), { label: "Closer", class: "small" }), button("−", zoom(1 / CLOSER), { label: "Further away", class: "small" }),
        button("All", () => { this.stretch.show(0, this.stretch.bases); this.moved(); }, { class: "small" }),
        button("Strongest", () => this.showStrongest(), { label: "To the strongest base", class: "small" }), this.place,
        el("span", { class: "spacer" }),
        button("PNG", () => this.savePng(), { label: "Save as PNG", class: "small quiet" }), button("SVG", () => this.saveSvg(), { label: "Save as SVG", class: "small quiet" })),
      this.main.node,
      legend(this, () => this.kinds()),
      this.selected.node,
      substitutionPanel(view),
      this.help,
    ];
  }

  /** Follow Python. */
  follow() {
    const { view } = this;
    // Both change together, and each tells: read them once.
    this.takeTraits();
    for (const trait of ["_tracks", "_data"]) {
      view.on(`change:${trait}`, () => {
        if (!this.waiting) queueMicrotask(() => this.takeTraits());
        this.waiting = true;
      });
    }
    view.bind("_names sequence", (names, sequence) => {
      this.sequences.replaceChildren(...names.map((name, i) => el("option", { value: i, text: name })));
      this.sequences.value = sequence;
      this.sequencesRow.hidden = names.length < 2;
    });
    view.bind("_choices", ({ substitutes }) => {
      this.help.textContent = `Drag to move, Ctrl and wheel to zoom, Shift and drag to select${substitutes && !view.frozen ? ", click a base to substitute it" : ""}.`;
    });
    view.bind("_question", (question) => { this.question.textContent = question; });
    view.bind("region", (region) => this.takeRegion(region));
    view.bind("selection", (selection) => { this.selection = selection; this.selected.show(); this.redrawn(); });
    view.bind("_places annotations hidden", () => this.redrawn());
    view.on("msg:custom", (content, buffers) => {
      if (content.type === "whole" && content.sequence === view.get("sequence") && buffers?.length) this.take(wholeTracks(view.get("_tracks"), buffers));
    });
  }

  takeTraits() {
    this.waiting = false;
    const { view } = this;
    if (!view.signal.aborted) this.take(readTracks(view.get("_tracks"), view.get("_data")));
  }

  take(tracks) {
    this.tracks = tracks;
    const bases = Math.max(...tracks.map((track) => track.bases));
    if (this.stretch.bases !== bases) {
      this.stretch = new Stretch(bases);
      this.takeRegion(this.view.get("region"));
    }
    this.title.textContent = `Why: ${tracks[0].target}`;
    this.facts.replaceChildren(...tracks.map(facts));
    this.main.node.style.height = `${layout(tracks, 0, this.allPlaces().length ? LINES : 0).height}px`;
    if (tracks[0].block > 1 && !this.view.frozen) this.view.send("whole");
    this.selected.show();
    this.overview.redraw();
    this.redrawn();
  }

  takeRegion([start, end]) {
    const [now, until] = this.stretch.region;
    if (end > start && (start !== now || end !== until)) this.stretch.show(start, end);
    this.shown();
  }

  /** After the reader moved. */
  moved() {
    this.shown();
    this.view.saveSoon({ region: this.stretch.region });
  }

  shown() {
    const [start, end] = this.stretch.region;
    if (document.activeElement !== this.place) this.place.value = `${start}-${end}`;
    this.redrawn();
  }

  goTo() {
    const found = /^\s*([\d,_ ]+?)\s*(?:-|–|\.\.|:|to)\s*([\d,_ ]+?)\s*$/.exec(this.place.value);
    const [start, end] = (found ?? []).slice(1).map((text) => Number(text.replace(/[,_ ]/g, "")));
    if (!found || start >= end || end > this.stretch.bases) {
      this.view.announce(`Write two positions from 0 to ${counted(this.stretch.bases)}, as in 120-180.`);
      return;
    }
    this.stretch.show(start, end);
    this.moved();
  }

  showStrongest() {
    const track = this.tracks[0];
    let best = 0;
    const { low, high } = track.levels[0];
    for (let i = 0; i < low.length; i += 1) if (Math.max(high[i], -low[i]) > Math.max(high[best], -low[best])) best = i;
    const base = Math.floor((best + 0.5) * track.block);
    this.stretch.show(base - 40, base + 41);
    this.moveCursor(base);
  }

  allPlaces() {
    const here = this.view.get("sequence");
    return [...this.view.get("_places"), ...this.view.get("annotations").filter((mark) => (mark.sequence ?? 0) === here)];
  }

  kinds() {
    return [...new Set(this.allPlaces().map((place) => place.label))];
  }

  placesAt(base) {
    const hidden = this.view.get("hidden");
    return [...new Set(this.allPlaces().filter((place) => place.start <= base && base < place.end && !hidden.includes(place.label)).map((place) => place.label))];
  }

  lettersOf(start, end) {
    return this.tracks[0].letters.slice(start, end);
  }

  /** Say a base in words: for the tooltip and for screen readers. */
  reading(base) {
    const scores = this.tracks.map((track) => {
      const score = scoreAt(track, base);
      const told = score === null ? "score not here" : `${score > 0 ? "+" : ""}${written(score)}`;
      return this.tracks.length > 1 ? `${track.label}: ${track.letters[base] ?? ""} ${told}` : told;
    });
    const letter = this.tracks.length > 1 ? "" : `${this.tracks[0].letters[base] ?? "base not here"}, `;
    return [`position ${counted(base)}`, `${letter}${scores.join("; ")}`, ...this.placesAt(base)];
  }

  /** Show what is under the pointer; null for nothing. */
  point(base, event) {
    this.tip.hidden = base === null;
    if (base === null) return;
    this.tip.replaceChildren(...this.reading(base).map((line) => el("div", { text: line })));
    const box = this.main.node.getBoundingClientRect();
    const x = event.clientX - box.left;
    this.tip.style.left = `${Math.max(0, Math.min(x + 14, box.width - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${Math.min(event.clientY - box.top + 14, box.height - this.tip.offsetHeight)}px`;
  }

  moveCursor(base) {
    this.cursor = base;
    this.view.announce(this.reading(base).join(", "));
    this.moved();
  }

  press(base) {
    this.moveCursor(base);
    const { substitutes } = this.view.get("_choices");
    if (!this.view.frozen && substitutes && !["running", "stopping"].includes(this.view.get("status"))) this.view.request("substitute", { position: base }).catch(() => {});
  }

  select(start, end) {
    this.selection = [Math.max(0, start), Math.min(this.stretch.bases, end)];
    this.view.saveSoon({ selection: this.selection });
    this.selected.show();
    this.redrawn();
  }

  /** Colours are read once for each theme: to read styles in every frame is slow. */
  colours() {
    const { view } = this;
    if (this.style.ink === undefined || this.style.dark !== view.dark) {
      const family = getComputedStyle(view.root).fontFamily;
      this.style = { dark: view.dark, font: `11px ${family}`, ...plainColours(view, ["ink", "paper", "muted", "line", "edge", "accent"]) };
    }
    return { ...this.style, colours: nucleotideColours(view) };
  }

  scene() {
    const hidden = this.view.get("hidden");
    const places = this.allPlaces().filter((place) => !hidden.includes(place.label));
    const { tracks, view, cursor, selection, stretch } = this;
    return { view, tracks, cursor, selection, start: stretch.start, end: stretch.end, places, kinds: this.kinds(), ...this.colours() };
  }

  draw(context, width) {
    if (!this.tracks.length) return;
    placeWindow(this.frame, this.stretch, width); // the overview is as wide
    const { mode, drawn } = drawTracks(context, width, this.scene());
    Object.assign(this.main.node.dataset, { mode, drawn, frames: Number(this.main.node.dataset.frames ?? 0) + 1 });
  }

  drawOverview(context, width) {
    const track = this.tracks[0];
    if (!track) return;
    const across = width - GUTTER - 10;
    const low = Math.min(track.low, 0);
    const high = Math.max(track.high, low < 0 ? 0 : 1e-12);
    const style = this.colours();
    letterTrack(context, { letters: "", levels: track.levels, start: 0, end: this.stretch.bases, unit: track.block, box: [GUTTER, 3, across, OVERVIEW - 6], range: [low, high], colours: style.colours, signs: signColours(this.view) });
    placeWindow(this.frame, this.stretch, width);
  }

  /** As they are seen, on paper of the theme. */
  saveSvg() {
    const { width, height } = this.main.size();
    const context = new SvgContext(width, height);
    drawTracks(context, width, this.scene());
    download("attribution.svg", new Blob([context.text(this.style.paper)], { type: "image/svg+xml" }));
    this.view.announce("Saved attribution.svg.");
  }

  savePng() {
    const { width, height } = this.main.size();
    const canvas = el("canvas");
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.fillStyle = this.colours().paper;
    context.fillRect(0, 0, width, height);
    drawTracks(context, width, this.scene());
    canvas.toBlob((blob) => { download("attribution.png", blob); this.view.announce("Saved attribution.png."); });
  }
}

/** Colours of CSS variables as "#rrggbb", which SVG outside of browsers knows, too. */
function plainColours(view, names) {
  const probe = view.root.appendChild(el("span", { hidden: true }));
  const context = el("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const found = names.map((name) => {
    probe.style.color = `var(--${name})`;
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    const parts = [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    return [name, `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`];
  });
  probe.remove();
  return Object.fromEntries(found);
}
