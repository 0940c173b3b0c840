// Why an answer was given: a strip of letters, as high as their scores, with what was found there.

import { button, copyText, counted, el, svg } from "./shared.js";

const GLYPHS = {
  A: "M0 1L.37 0H.63L1 1H.78L.7.76H.3L.22 1ZM.36.58H.64L.5.18Z",
  C: "M1 .31C.94.1.77 0 .53 0 .2 0 0 .2 0 .5S.2 1 .53 1C.77 1 .94.9 1 .69L.79.65C.75.78.66.84.53.84.33.84.21.71.21.5S.33.16.53.16C.66.16.75.22.79.35Z",
  G: "M.98.29C.91.1.76 0 .53 0 .2 0 0 .2 0 .5S.2 1 .54 1C.74 1 .9.94 1 .83V.45H.53V.6H.8V.75C.74.81.66.84.55.84.33.84.21.71.21.5S.33.16.53.16C.65.16.73.21.78.33Z",
  T: "M0 0H1V.18H.61V1H.39V.18H0Z",
  N: "M0 1V0H.24L.78.7V0H1V1H.76L.22.3V1Z",
};
const STEP = 18;
const HALF = 84;
const TOP = 26;
const LARGE = "chatnt.widgets.Attribution(chat.explain(answer))";

/** Show what `why` holds of an answer: that it is being found, why it could not be, or the strip. */
export function whyPanel(view, why) {
  if (why.state === "running") return el("div", { class: "why muted", "aria-busy": "true", text: "Finding out which bases decided this …" });
  if (why.state === "error") return el("div", { class: "why failed", text: why.text });
  const code = el("code", { text: LARGE });
  const copy = async () => view.announce((await copyText(LARGE, code)) ? "The code was copied." : "The code is selected: copy it with Ctrl+C.");
  const against = why.against ? ` against ${why.against}` : "";
  const strip = el("div", { class: "strip", tabindex: 0, role: "group", "aria-label": "Letters as high as their scores" }, letterStrip(why));
  requestAnimationFrame(() => { strip.scrollLeft = (strip.scrollWidth - strip.clientWidth) / 2; }); // the strongest is in the middle
  return el("div", { class: "why stack" },
    el("div", {}, el("strong", { text: `Why ${why.target}${against}` }), el("span", { class: "muted", text: ` · ${why.name}, ${counted(why.length)} bases` })),
    strip,
    overview(why),
    legend(why),
    why.marks.length ? null : el("div", { class: "muted legend", text: "None of the elements that are known here (TATA box, initiator, splice sites, branch point, poly(A) signal) is among these bases with large scores." }),
    why.notes.length ? el("details", {}, el("summary", { text: "What to mind" }), el("ul", {}, why.notes.map((text) => el("li", { text })))) : null,
    el("div", { class: "row muted" }, "In the large viewer:", code, button("Copy", copy, { class: "small quiet", label: "Copy the code" })));
}

/** Draw bases as high as their scores, those against the answer below the line. */
export function letterStrip(why) {
  const width = why.letters.length * STEP;
  const down = why.scores.some((score) => score < 0);
  const depth = down ? Math.max(14, (HALF * -Math.min(...why.scores)) / why.largest) : 2;
  const ground = TOP + HALF;
  const feet = ground + depth + 16;
  const at = (position) => (position - why.start) * STEP;
  return svg("svg", { viewBox: `0 0 ${width} ${feet + 20}`, role: "img", "aria-label": told(why), class: "letters" },
    why.marks.map((mark) => svg("rect", { class: "mark", x: at(mark.start) - 1, y: TOP - 4, width: (mark.end - mark.start) * STEP + 2, height: feet - TOP + 8, rx: 4 })),
    labels(why, at, width),
    svg("line", { class: "ground", x1: 0, x2: width, y1: ground, y2: ground }),
    [...why.letters].map((letter, index) => glyph(letter, index, why, ground)),
    [...why.letters].map((letter, index) => svg("text", { class: `foot base-${letter}`, x: (index + 0.5) * STEP, y: feet, "text-anchor": "middle" }, letter)),
    ticks(why, at, feet + 16));
}

function glyph(letter, index, why, ground) {
  const score = why.scores[index];
  const height = (HALF * Math.abs(score)) / (why.largest || 1);
  if (height < 0.5) return null;
  const y = score > 0 ? ground - height : ground;
  return svg("path", { class: `base-${letter}`, d: GLYPHS[letter] ?? GLYPHS.N, "fill-rule": "evenodd", transform: `translate(${index * STEP + 1} ${y}) scale(${STEP - 2} ${height})` },
    svg("title", {}, `${letter} at ${counted(why.start + index)}: ${signed(score)}`));
}

/** Names over what was found; one that would run into the one before it stands higher. */
function labels(why, at, width) {
  let reached = -Infinity;
  return [...why.marks].sort((one, other) => one.start - other.start).map((mark) => {
    const text = `${mark.label} ${mark.letters}`;
    const half = (text.length * 7) / 2;
    const middle = Math.min(Math.max(at((mark.start + mark.end) / 2), half), width - half);
    const high = middle - half < reached;
    reached = middle + half;
    return svg("text", { class: "name", x: middle, y: high ? 7 : 17, "text-anchor": "middle" }, text);
  });
}

function ticks(why, at, y) {
  const first = Math.ceil(why.start / 10) * 10;
  const places = [];
  for (let place = first; place < why.start + why.letters.length; place += 10) places.push(place);
  return places.map((place) => svg("text", { class: "tick", x: at(place) + STEP / 2, y, "text-anchor": "middle" }, counted(place)));
}

/** Show where in the whole sequence the letters stand. */
function overview(why) {
  const bars = why.overview;
  const scale = why.length / bars.length;
  return svg("svg", { viewBox: `0 0 ${bars.length} 20`, preserveAspectRatio: "none", class: "overview", "aria-hidden": "true" },
    svg("rect", { class: "window", x: why.start / scale, y: 0, width: why.letters.length / scale, height: 20 }),
    bars.map((score, index) => svg("rect", { class: score < 0 ? "minus" : "plus", x: index, width: 0.8, ...bar(score / (why.largest || 1)) })));
}

function bar(share) {
  const height = Math.max(0.4, 9.5 * Math.abs(share));
  return { y: share < 0 ? 10 : 10 - height, height };
}

function legend(why) {
  const sides = why.signed ? `up speaks for ${why.target}, down against it` : "the higher, the more it matters";
  return el("div", { class: "muted legend", text: `${sides} · ${why.unit} · ${why.method}` });
}

/** Say in words what the strip shows. */
export function told(why) {
  const strongest = why.scores.reduce((best, score, index) => (Math.abs(score) > Math.abs(why.scores[best]) ? index : best), 0);
  const found = why.marks.map((mark) => `${mark.label} ${mark.letters} at ${mark.start}`).join(", ");
  return `The strongest base is ${why.letters[strongest]} at position ${why.start + strongest}, ${signed(why.scores[strongest])}.${found ? ` Found there: ${found}.` : ""}`;
}

function signed(score) {
  return `${score > 0 ? "+" : "−"}${Math.abs(score).toFixed(2)}`;
}
