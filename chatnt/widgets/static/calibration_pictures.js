// Calibration: the four pictures, each drawn from what was measured.

import { counted } from "./shared.js";
import { histogram } from "./calibration_numbers.js";

export const EDGES = { left: 44, right: 14 }; // of what stands above the slider, in CSS pixels
const PARTS = 40; // of the histogram
const LARGEST = 8; // radius of a point

/** Make the frame of a picture whose axes both run from 0 to 1. */
function frame(view, context, { width, height, left = EDGES.left, right = EDGES.right, top = 10, bottom = 34, x, y }) {
  const colours = Object.fromEntries(["ink", "paper", "muted", "line", "edge", "accent", "second"].map((name) => [name, view.css(`--${name}`)]));
  const place = { left, top, wide: width - left - right, high: height - top - bottom };
  const at = { x: (value) => left + value * place.wide, y: (value) => top + (1 - value) * place.high };
  context.font = `11px ${getComputedStyle(view.root).fontFamily}`;
  context.lineWidth = 1;
  context.strokeStyle = colours.line;
  context.fillStyle = colours.muted;
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    line(context, [[at.x(tick), top], [at.x(tick), top + place.high]]);
    context.textAlign = "center";
    context.fillText(String(tick), at.x(tick), top + place.high + 14);
    if (!y) continue;
    line(context, [[left, at.y(tick)], [left + place.wide, at.y(tick)]]);
    context.textAlign = "right";
    context.fillText(String(tick), left - 6, at.y(tick) + 4);
  }
  context.textAlign = "center";
  context.fillText(x, left + place.wide / 2, height - 4);
  if (y) {
    context.save();
    context.translate(10, top + place.high / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(y, 0, 0);
    context.restore();
  }
  return { colours, at, place };
}

function line(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

function thresholdLine(context, { colours, at, place }, threshold) {
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.25;
  context.setLineDash([4, 3]);
  line(context, [[at.x(threshold), place.top], [at.x(threshold), place.top + place.high]]);
  context.setLineDash([]);
}

/** Draw frequency against probability; `sides` are one or two lists of bins, the last is filled. */
export function drawReliability(view, context, width, height, { sides, threshold }) {
  const axes = frame(view, context, { width, height, x: "probability", y: "how often it is true" });
  const { colours, at } = axes;
  context.strokeStyle = colours.edge;
  context.lineWidth = 1.5;
  line(context, [[at.x(0), at.y(0)], [at.x(1), at.y(1)]]);
  thresholdLine(context, axes, threshold);
  const largest = Math.max(...sides.flat().map(({ count }) => count));
  sides.forEach((groups, i) => {
    const last = i === sides.length - 1;
    context.strokeStyle = last ? colours.accent : colours.second;
    context.fillStyle = last ? colours.accent : colours.paper;
    context.lineWidth = 1.75;
    for (const { confidence, low, high } of groups) line(context, [[at.x(confidence), at.y(low)], [at.x(confidence), at.y(high)]]);
    for (const { confidence, accuracy, count } of groups) {
      const size = Math.max(3, LARGEST * Math.sqrt(count / largest));
      context.beginPath();
      if (last) context.arc(at.x(confidence), at.y(accuracy), size, 0, 2 * Math.PI);
      else context.rect(at.x(confidence) - 0.8 * size, at.y(accuracy) - 0.8 * size, 1.6 * size, 1.6 * size);
      context.globalAlpha = last ? 0.75 : 1; // those that lie upon each other
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = last ? colours.paper : colours.second;
      context.lineWidth = last ? 1 : 1.75;
      context.stroke();
    }
  });
}

/** Draw how many rows have which probability, those of the label at the bottom. */
export function drawHistogram(view, context, width, height, { side, threshold }) {
  const axes = frame(view, context, { width, height, top: 14, bottom: 18, x: "", y: "" });
  const { colours, at, place } = axes;
  const parts = histogram(side, PARTS);
  const most = Math.max(...parts.map(({ positive, negative }) => positive + negative));
  const bar = place.wide / PARTS;
  parts.forEach(({ positive, negative }, i) => {
    let foot = place.top + place.high;
    for (const [count, colour, hatched] of [[positive, colours.accent, false], [negative, colours.edge, true]]) {
      if (!count) continue;
      const high = Math.max(1.5, (count / most) * place.high);
      context.fillStyle = hatched ? hatch(context, colours) : colour;
      context.fillRect(at.x(i / PARTS) + 0.5, foot - high, bar - 1, high);
      context.strokeStyle = colour;
      context.lineWidth = 1;
      context.strokeRect(at.x(i / PARTS) + 1, foot - high + 0.5, bar - 2, Math.max(0.5, high - 1));
      foot -= high;
    }
  });
  context.fillStyle = colours.muted;
  context.textAlign = "right";
  context.fillText(counted(most), place.left - 6, place.top + 6);
  context.fillText("0", place.left - 6, place.top + place.high);
  thresholdLine(context, axes, threshold);
}

/** What tells negatives from positives where colours do not. */
function hatch(context, colours) {
  const size = 5;
  const tile = new OffscreenCanvas(size, size);
  const drawn = tile.getContext("2d");
  drawn.fillStyle = colours.paper;
  drawn.fillRect(0, 0, size, size);
  drawn.strokeStyle = colours.edge;
  drawn.beginPath();
  for (const shift of [-size, 0, size]) {
    drawn.moveTo(shift, size);
    drawn.lineTo(shift + size, 0);
  }
  drawn.stroke();
  return context.createPattern(tile, "repeat");
}

/** Draw a curve, that before the method in the second colour, and where the threshold stands on it. */
export function drawCurve(view, context, width, height, { curves, point, chance, x, y }) {
  const { colours, at } = frame(view, context, { width, height, left: 40, right: 12, x, y });
  context.strokeStyle = colours.edge;
  context.setLineDash([2, 3]);
  line(context, chance.map(([a, b]) => [at.x(a), at.y(b)]));
  context.setLineDash([]);
  curves.forEach((points, i) => {
    const last = i === curves.length - 1;
    context.strokeStyle = last ? colours.accent : colours.second;
    context.lineWidth = last ? 2 : 1.5;
    line(context, points.map(([a, b]) => [at.x(a), at.y(b)]));
  });
  if (!point) return;
  context.beginPath();
  context.arc(at.x(point[0]), at.y(point[1]), 5.5, 0, 2 * Math.PI);
  context.fillStyle = colours.paper;
  context.fill();
  context.strokeStyle = colours.ink;
  context.lineWidth = 2.25;
  context.stroke();
}
