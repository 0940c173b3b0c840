// The tracks of an attribution: scores, highlights, substitutions and a ruler, drawn into a canvas or into SVG.

import { numbers } from "./drawing.js";
import { counted } from "./shared.js";
import { extremes, letterTrack, pyramid } from "./letters.js";

export const GUTTER = 52;
const EDGE = 10;
const TRACK = 128;
const TITLE = 18;
const LINE = 15; // of names
export const LINES = 2;
const CELL = 15;
const RULER = 22;
const DASHES = [[], [5, 2], [2, 2], [7, 2, 2, 2]];
const HUES = { light: ["#475569", "#0f766e", "#9d174d", "#6d28d9"], dark: ["#cbd5e1", "#5eead4", "#f9a8d4", "#c4b5fd"] };
const SIGNS = { light: ["#2563EB", "#D97706"], dark: ["#7aa5ff", "#f2a33c"] };

/** Read tracks as Python packs them: `_tracks` says what there is, `_data` has the numbers. */
export function readTracks(told, bytes) {
  const data = numbers(bytes);
  let at = 0;
  const take = (count) => data.subarray(at, at += count);
  return told.map((track) => {
    if (track.block > 1) {
      const count = Math.ceil(track.bases / track.block);
      return { ...track, table: null, ...measured(pyramid(take(count), take(count))) };
    }
    const scores = take(track.bases);
    return { ...track, table: track.table ? take(4 * track.bases) : null, ...measured(pyramid(scores)) };
  });
}

/** Take the whole of tracks that were read in blocks. */
export function wholeTracks(told, buffers) {
  return told.map((track, i) => {
    const data = numbers(buffers[told.length + i]);
    const letters = new TextDecoder().decode(buffers[i]);
    const table = track.table ? data.subarray(track.bases) : null;
    return { ...track, block: 1, letters, table, ...measured(pyramid(data.subarray(0, track.bases))) };
  });
}

function measured(levels) {
  const [low, high] = extremes(levels, 0, levels[0].low.length);
  return { levels, low, high };
}

/** Return the score of a base, or null if only its block is known. */
export function scoreAt(track, base) {
  return track.block === 1 && base < track.bases ? track.levels[0].low[base] : null;
}

export function signColours(view) {
  return SIGNS[view.dark ? "dark" : "light"];
}

/** How the outline of a kind of highlight looks: colour and dashes; its name is written in any case. */
export function styleOf(view, place, kinds) {
  const signs = signColours(view);
  const i = Math.max(0, kinds.indexOf(place.label));
  const hues = HUES[view.dark ? "dark" : "light"];
  const colour = { supports: signs[0], matters: signs[0], opposes: signs[1] }[place.side] ?? hues[i % hues.length];
  return { colour, dash: DASHES[Math.floor(i / hues.length + i) % DASHES.length] };
}

/** Where everything stands, from the top: `{lines, tracks: [{title, box, heat}], ruler, height}`. */
export function layout(tracks, width, lines) {
  let y = 2;
  const across = Math.max(40, width - GUTTER - EDGE);
  const rows = tracks.map((track, i) => {
    const title = y;
    y += TITLE + (i === 0 ? lines * LINE : 0);
    const box = [GUTTER, y, across, TRACK];
    y += TRACK + 6;
    const heat = track.table ? [GUTTER, y, across, 4 * CELL] : null;
    if (heat) y += 4 * CELL + 8;
    return { title, box, heat };
  });
  return { names: 2 + TITLE, lines, tracks: rows, ruler: y, left: GUTTER, across, height: y + RULER };
}

/**
 * Draw all tracks.
 * @param {Object} scene `{view, tracks, start, end, places, kinds, colours, ink, muted, line, accent, cursor, selection}`
 * @returns {{mode: string, drawn: number}} of the first track
 */
export function drawTracks(context, width, scene) {
  const plan = layout(scene.tracks, width, scene.places.length ? LINES : 0);
  const at = (base) => plan.left + ((base - scene.start) / (scene.end - scene.start)) * plan.across;
  const bottom = plan.ruler - 4;
  let first = null;
  context.save();
  context.beginPath();
  context.rect(plan.left, 0, plan.across, plan.height);
  context.clip();
  drawPlaces(context, scene, plan, at, bottom);
  if (scene.selection[1] > scene.selection[0]) {
    context.globalAlpha = 0.16;
    context.fillStyle = scene.accent;
    context.fillRect(at(scene.selection[0]), plan.names, at(scene.selection[1]) - at(scene.selection[0]), bottom - plan.names);
    context.globalAlpha = 1;
  }
  scene.tracks.forEach((track, i) => {
    const drawn = drawScores(context, scene, track, plan.tracks[i].box);
    first ??= drawn;
    if (plan.tracks[i].heat) drawTable(context, scene, track, plan.tracks[i].heat, at);
  });
  drawCursor(context, scene, at, plan.names, bottom);
  context.restore();
  scene.tracks.forEach((track, i) => drawAxis(context, scene, track, plan.tracks[i]));
  drawRuler(context, scene, plan, at);
  return first ?? { mode: "none", drawn: 0 };
}

function rangeOf(track) {
  const margin = 0.06 * (track.high - track.low) || 1;
  return [track.low < 0 ? track.low - margin : 0, track.high > 0 ? track.high + margin : track.low < 0 ? 0 : 1];
}

function drawScores(context, scene, track, box) {
  const { start, end, colours } = scene;
  const range = rangeOf(track);
  const drawn = letterTrack(context, {
    letters: track.letters, levels: track.levels, start, end, unit: track.block, box, range, colours,
    signs: signColours(scene.view), resolution: track.resolution,
  });
  context.fillStyle = scene.edge;
  context.fillRect(box[0], box[1] + (box[3] * range[1]) / (range[1] - range[0]) - 0.5, box[2], 1);
  return drawn;
}

function drawAxis(context, scene, track, { title, box, heat }) {
  const [low, high] = rangeOf(track);
  context.font = `600 ${scene.font}`;
  context.textAlign = "left";
  context.textBaseline = "top";
  const wide = context.measureText(track.label).width;
  context.font = scene.font;
  const more = `${track.unit}, ${track.covers}`;
  const room = wide + 16 + context.measureText(more).width < box[2];
  context.globalAlpha = 0.85; // outlines of highlights may cross
  context.fillStyle = scene.paper;
  context.fillRect(box[0], title, room ? wide + 14 + context.measureText(more).width : wide + 4, TITLE - 2);
  context.globalAlpha = 1;
  context.fillStyle = scene.muted;
  if (room) context.fillText(more, box[0] + wide + 10, title + 1);
  context.font = `600 ${scene.font}`;
  context.fillStyle = scene.ink;
  context.fillText(track.label, box[0], title + 1);
  context.font = scene.font;
  context.fillStyle = scene.muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const zero = box[1] + (box[3] * high) / (high - low);
  context.fillText("0", box[0] - 6, zero);
  if (track.high > 0) context.fillText(written(track.high), box[0] - 6, zero - (track.high / (high - low)) * box[3] + 4);
  if (track.low < 0) context.fillText(written(track.low), box[0] - 6, zero - (track.low / (high - low)) * box[3] - 4);
  if (!heat) return;
  [..."ACGT"].forEach((base, k) => {
    context.fillStyle = scene.ink;
    context.fillText(base, box[0] - 6, heat[1] + (k + 0.5) * CELL);
  });
}

/** Write a number in as few signs as tell it. */
export function written(number) {
  const size = Math.abs(number);
  const text = size !== 0 && (size < 0.001 || size >= 10_000) ? number.toExponential(1) : number.toPrecision(3).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  return text.replace("-", "−");
}

/** A heat map of substitutions: the colour says which way, its strength how much; a dot is the base that is there. */
function drawTable(context, scene, track, [x, y, width, height], at) {
  const pixels = width / (scene.end - scene.start);
  const [up, down] = signColours(scene.view);
  const most = (track.most ??= track.table.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1);
  const step = Math.max(1, Math.ceil(1 / pixels));
  for (let i = Math.max(0, Math.floor(scene.start)); i < Math.min(track.bases, Math.ceil(scene.end)); i += step) {
    for (let k = 0; k < 4; k += 1) {
      let value = 0;
      for (let j = i; j < Math.min(track.bases, i + step); j += 1) {
        if (Math.abs(track.table[4 * j + k]) > Math.abs(value)) value = track.table[4 * j + k];
      }
      if (value === 0) continue;
      context.globalAlpha = Math.max(0.03, Math.min(1, Math.abs(value) / most));
      context.fillStyle = value > 0 ? up : down;
      context.fillRect(at(i), y + k * CELL, Math.max(1, pixels * step - (pixels > 4 ? 1 : 0)), CELL - 1);
    }
    context.globalAlpha = 1;
    const there = "ACGT".indexOf(track.letters[i]);
    if (pixels >= 4 && there >= 0) {
      context.fillStyle = scene.muted;
      context.fillRect(at(i + 0.5) - 1.5, y + (there + 0.5) * CELL - 2, 3, 3);
    }
  }
  context.strokeStyle = scene.line;
  context.lineWidth = 1;
  context.strokeRect(x, y - 1, width, height + 1);
}

function drawPlaces(context, scene, plan, at, bottom) {
  const ends = [];
  context.font = scene.font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const place of scene.places) {
    if (place.end <= scene.start || place.start >= scene.end) continue;
    const { colour, dash } = styleOf(scene.view, place, scene.kinds);
    const left = at(place.start);
    const wide = Math.max(2, at(place.end) - left);
    const top = plan.names + plan.lines * LINE;
    context.fillStyle = colour;
    context.globalAlpha = 0.1;
    context.fillRect(left, top, wide, bottom - top);
    if (place.core?.length) context.fillRect(at(place.core[0]), top, at(place.core[1]) - at(place.core[0]), bottom - top);
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = 1.25;
    context.setLineDash(dash);
    context.strokeRect(left, top, wide, bottom - top);
    context.setLineDash([]);
    drawName(context, place, { left, wide, colour, ends, plan, top });
  }
}

function drawName(context, place, { left, wide, colour, ends, plan, top }) {
  const name = place.label + (place.strand === "-" ? " (−)" : "");
  const across = context.measureText(name).width;
  const edge = plan.left + plan.across;
  const x = Math.max(plan.left + 2, Math.min(left + wide / 2 - across / 2, edge - across - 2));
  const line = Array.from({ length: plan.lines }, (_, i) => i).find((i) => (ends[i] ?? -Infinity) + 8 <= x);
  if (line === undefined) return; // the outline, the legend and the tooltip still tell it
  ends[line] = x + across;
  const y = top - (line + 0.5) * LINE;
  context.fillStyle = colour;
  context.fillText(name, x, y);
  if (line > 0) context.fillRect(Math.max(left, Math.min(left + wide / 2, edge - 2)), y + 6, 1, top - y - 6);
}

function drawCursor(context, scene, at, top, bottom) {
  if (scene.cursor === null) return;
  const wide = Math.max(2, at(scene.cursor + 1) - at(scene.cursor));
  context.strokeStyle = scene.accent;
  context.lineWidth = 2;
  context.strokeRect(at(scene.cursor), top + 1, wide, bottom - top - 2);
}

/** Positions from 0, as Python counts: a tick stands in the middle of its base. */
function drawRuler(context, scene, plan, at) {
  const span = scene.end - scene.start;
  const step = Math.max(1, niceStep((span * 84) / plan.across));
  context.font = scene.font;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = scene.edge;
  context.fillRect(plan.left, plan.ruler - 3, plan.across, 1);
  for (let base = Math.ceil(scene.start / step) * step; base < scene.end; base += step) {
    const x = at(base + 0.5);
    const text = counted(base);
    const half = context.measureText(text).width / 2;
    context.fillStyle = scene.edge;
    if (x <= plan.left + plan.across) context.fillRect(x - 0.5, plan.ruler - 3, 1, 5);
    context.fillStyle = scene.muted;
    if (x - half >= 0 && x + half <= plan.left + plan.across + EDGE) context.fillText(text, x, plan.ruler + 5);
  }
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least) ?? 10 * power;
}
