// The pictures of an explorer: ruler with letters, tracks of probabilities, and the strip of the whole.

import { nucleotideColours, numbers } from "./drawing.js";
import { drawLetter } from "./letters.js";
import { counted } from "./shared.js";

const NONE = 65535; // where nothing is computed
const EMPTY = 255; // the same, on the strip
const LETTER = 7; // pixels that a base must have to be a letter
const COLOURS = {
  light: ["#23617f", "#a8541f", "#6b4fa0", "#0b7a5b", "#a3326f", "#6f6500", "#3b5bbf", "#7a5c45"],
  dark: ["#8ccbea", "#f0b48a", "#c5b0f0", "#6fd6b0", "#f09cc8", "#d9d06a", "#9fb4ff", "#d2b8a0"],
};

/** The colour of a task: by its place among those that are shown. */
export function taskColour(view, task) {
  const all = COLOURS[view.dark ? "dark" : "light"];
  return all[Math.max(0, view.get("tasks").indexOf(task)) % all.length];
}

/** A round number of bases between two ticks that are at least so many pixels apart. */
export function tickStep(bases, pixels, apart = 90) {
  const least = (bases * apart) / pixels;
  const ten = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((times) => times * ten).find((step) => step >= least);
}

/** Draw positions, and below them letters, bars in the colours of letters, or nothing, by the room there is. */
export function drawRuler(app, context, width, height) {
  const { view, stretch: [start, end] } = app;
  const pixels = width / (end - start);
  const step = tickStep(end - start, width);
  context.font = "11px sans-serif";
  context.textAlign = "left";
  context.fillStyle = view.css("--muted");
  for (let base = Math.ceil(start / step) * step; base < end; base += step) {
    const x = (base - start) * pixels;
    context.fillRect(Math.round(x), 0, 1, 6);
    context.fillText(counted(base), x + 4, 11);
  }
  const text = view.get("_letters");
  const { start: first = 0 } = view.get("_seen");
  app.letters = 0;
  if (!text || pixels < 0.9) return;
  const colours = nucleotideColours(view);
  const last = Math.min(text.length, Math.ceil(end) - first);
  for (let i = Math.max(0, Math.floor(start) - first); i < last; i += 1) {
    const x = (first + i - start) * pixels;
    context.fillStyle = colours[text[i]] ?? colours.N;
    if (pixels >= LETTER) drawLetter(context, text[i], x + pixels * 0.06, height - 15, Math.min(14, pixels * 0.88), 13);
    else context.fillRect(x, height - 12, Math.max(1, pixels - 0.4), 9);
    app.letters += 1;
  }
}

/** The parts of one track that are computed: the middle of each in bases, the least and the most. */
export function* parts(view, lane, [start, end]) {
  const { start: first, end: last, count } = view.get("_seen");
  if (!count) return;
  const all = numbers(view.get("_bins"), Uint16Array);
  const low = lane * 2 * count;
  const wide = (last - first) / count;
  const stop = Math.min(count, Math.ceil((end - first) / wide) + 1);
  for (let i = Math.max(0, Math.floor((start - first) / wide) - 1); i < stop; i += 1) {
    if (all[low + i] === NONE || all[low + i] === undefined) continue;
    yield [first + (i + 0.5) * wide, all[low + i] / (NONE - 1), all[low + count + i] / (NONE - 1)];
  }
}

/** Draw one track: windows that lie no further apart than the coarsest step are joined. */
export function drawLane(app, index, context, width, height) {
  const { view, stretch } = app;
  const lane = view.get("_lanes")[index];
  if (!lane) return;
  const [start, end] = stretch;
  const pixels = width / (end - start);
  const floor = height - 1;
  const y = (chance) => floor - chance * (floor - 10);
  const { gap = 1, start: first = 0, end: last = 0, count = 1 } = view.get("_seen");
  const most = Math.max(gap, (2 * (last - first)) / count) * 1.01;
  context.fillStyle = view.css("--line");
  context.fillRect(0, floor, width, 1);
  context.fillRect(0, y(1), width, 0.5);
  const runs = [];
  for (const [base, low, high] of parts(view, index, stretch)) {
    const run = runs.at(-1);
    const point = { base, x: (base - start) * pixels, low: y(low), high: y(high) };
    if (run && base - run.at(-1).base <= most) run.push(point);
    else runs.push([point]);
  }
  drawRuns(context, runs, floor, taskColour(view, lane.task));
  drawThreshold(view, context, width, y(lane.threshold));
  drawMarks(app, lane, context, pixels);
  drawCursor(app, context, pixels, height);
  app.points = runs.reduce((sum, run) => sum + run.length, 0);
}

function drawRuns(context, runs, floor, colour) {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  for (const run of runs) {
    context.beginPath();
    context.moveTo(run[0].x, floor);
    for (const { x, high } of run) context.lineTo(x, high);
    context.lineTo(run.at(-1).x, floor);
    context.globalAlpha = 0.16;
    context.fill();
    context.globalAlpha = 1;
    context.beginPath();
    for (const { x, high, low } of run) {
      context.lineTo(x, high);
      if (low - high > 1) { context.lineTo(x, low); context.lineTo(x, high); }
    }
    context.stroke();
    const apart = (run.at(-1).x - run[0].x) / run.length;
    if (run.length > 1 && apart < 7) continue;
    context.beginPath();
    for (const { x, high } of run) {
      context.moveTo(x + 2, high);
      context.arc(x, high, 2, 0, 2 * Math.PI);
    }
    context.fill();
  }
}

function drawThreshold(view, context, width, y) {
  context.strokeStyle = view.css("--edge");
  context.lineWidth = 1;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.stroke();
  context.setLineDash([]);
}

function drawMarks(app, lane, context, pixels) {
  const { view, stretch: [start] } = app;
  context.fillStyle = view.css("--ink");
  for (const peak of view.get("_peaks")) {
    if (peak.task !== lane.task || peak.strand !== lane.strand) continue;
    const x = (Math.floor((peak.start + peak.end) / 2) + 0.5 - start) * pixels;
    context.beginPath();
    context.moveTo(x - 4, 1);
    context.lineTo(x + 4, 1);
    context.lineTo(x, 8);
    context.fill();
  }
  const asked = view.get("_asked");
  if (asked.task !== lane.task || asked.strand !== lane.strand) return;
  context.fillStyle = view.css("--accent");
  context.globalAlpha = 0.12;
  context.fillRect((asked.start - start) * pixels, 0, (asked.end - asked.start) * pixels, 200);
  context.globalAlpha = 1;
}

function drawCursor({ view, cursor, stretch: [start] }, context, pixels, height) {
  if (cursor === null) return;
  context.fillStyle = view.css("--edge");
  context.fillRect((cursor + 0.5 - start) * pixels, 0, 1, height);
}

/** Draw, for each track one below the other, the most of each part of the whole; grey where nothing is computed. */
export function drawOverview({ view }, context, width, height) {
  const lanes = view.get("_lanes");
  const count = view.get("_overview_count");
  const all = numbers(view.get("_overview"), Uint8Array);
  const tall = height / Math.max(1, lanes.length);
  const wide = width / Math.max(1, count);
  const raised = view.css("--line");
  lanes.forEach((lane, row) => {
    const floor = (row + 1) * tall - 1;
    context.fillStyle = raised;
    context.fillRect(0, floor, width, 1);
    context.fillStyle = taskColour(view, lane.task);
    for (let i = 0; i < count; i += 1) {
      const level = all[row * count + i];
      if (level === EMPTY) continue;
      const high = Math.max(1, (level / (EMPTY - 1)) * (tall - 2));
      context.fillRect(i * wide, floor - high + 1, Math.max(1, wide), high);
    }
  });
}
