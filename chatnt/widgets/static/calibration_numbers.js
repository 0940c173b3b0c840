// Calibration: what is measured, from probabilities that were sorted once; as calibration_numbers.py.

import { numbers } from "./drawing.js";

const CLIP = 1e-9; // nearest that a probability comes to 0 before its logarithm is taken
const Z = 1.959963984540054; // 95 %

/**
 * Read probabilities, rising, and whether the label is true, and add them up once: afterwards every threshold
 * and every bin costs a search.
 * @param {{p: DataView, y: DataView}} packed
 */
export function readSide(packed) {
  if (!packed?.p?.byteLength) return null;
  const p = numbers(packed.p, Float64Array);
  const y = numbers(packed.y, Uint8Array);
  const n = p.length;
  const sums = { p: new Float64Array(n + 1), y: new Float64Array(n + 1), v: new Float64Array(n + 1) };
  let squares = 0;
  let logs = 0;
  for (let i = 0; i < n; i += 1) {
    sums.p[i + 1] = sums.p[i] + p[i];
    sums.y[i + 1] = sums.y[i] + y[i];
    sums.v[i + 1] = sums.v[i] + p[i] * (1 - p[i]);
    squares += (p[i] - y[i]) ** 2;
    logs -= Math.log(Math.max(CLIP, y[i] ? p[i] : 1 - p[i]));
  }
  return { p, y, n, sums, positives: sums.y[n], brier: squares / n, logLoss: logs / n, ranking: rank(p, y, sums.y[n]) };
}

/** How many of the numbers, which rise, are below `value`, or if `also` at most `value`. */
export function below(values, value, also = false) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value || (also && values[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Count and measure what a threshold makes: at it or above a row is called positive. */
export function measureAt(side, threshold) {
  const at = below(side.p, threshold);
  const fn = side.sums.y[at];
  const tn = at - fn;
  const tp = side.positives - fn;
  const fp = side.n - at - tp;
  const spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  return {
    tp, fp, fn, tn,
    accuracy: (tp + tn) / side.n,
    precision: tp + fp ? tp / (tp + fp) : null,
    recall: tp + fn ? tp / (tp + fn) : null,
    f1: tp ? (2 * tp) / (2 * tp + fp + fn) : 0,
    mcc: spread ? (tp * tn - fp * fn) / Math.sqrt(spread) : 0,
  };
}

/** Put the rows into bins that are not empty, by rising probability. */
export function binned(side, bins, strategy) {
  const { p, sums, n } = side;
  const shares = Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
  const edges = strategy === "uniform" ? shares : shares.map((share) => quantile(p, share));
  const ends = [...edges.map((edge) => below(p, edge, true)), n];
  const found = [];
  let start = 0;
  for (const end of ends) {
    if (end === start) continue;
    const count = end - start;
    const accuracy = (sums.y[end] - sums.y[start]) / count;
    found.push({ count, confidence: (sums.p[end] - sums.p[start]) / count, accuracy, variance: sums.v[end] - sums.v[start], ...wilson(accuracy, count) });
    start = end;
  }
  return found;
}

/** As numpy's, between two neighbours; the numbers rise. */
function quantile(values, share) {
  const at = (values.length - 1) * share;
  const low = Math.floor(at);
  const part = at - low;
  const [a, b] = [values[low], values[Math.min(low + 1, values.length - 1)]];
  return part >= 0.5 ? b - (b - a) * (1 - part) : a + (b - a) * part;
}

function wilson(share, n) {
  const centre = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { low: Math.max(centre - half, 0), high: Math.min(centre + half, 1) };
}

/** Measure everything, by the names that Python has. */
export function measure(side, threshold, bins, strategy) {
  const groups = binned(side, bins, strategy);
  const gaps = groups.map(({ count, confidence, accuracy }) => ({ gap: Math.abs(confidence - accuracy), count }));
  return {
    ece: gaps.reduce((sum, { gap, count }) => sum + gap * count, 0) / side.n,
    ece_by_chance: groups.reduce((sum, { variance }) => sum + Math.sqrt((2 * variance) / Math.PI), 0) / side.n,
    mce: gaps.reduce((most, { gap }) => Math.max(most, gap), 0),
    brier: side.brier,
    log_loss: side.logLoss,
    auroc: side.ranking.auroc,
    average_precision: side.ranking.averagePrecision,
    ...measureAt(side, threshold),
  };
}

/** Go down through the probabilities, equal ones at once: areas, and the points of both curves. */
function rank(p, y, positives) {
  const negatives = p.length - positives;
  const roc = [[0, 0]];
  const precisionRecall = [];
  let [tp, fp, area, average] = [0, 0, 0, 0];
  for (let i = p.length - 1; i >= 0;) {
    const [tpBefore, fpBefore] = [tp, fp];
    const value = p[i];
    for (; i >= 0 && p[i] === value; i -= 1) {
      if (y[i]) tp += 1;
      else fp += 1;
    }
    area += ((fp - fpBefore) * (tp + tpBefore)) / 2;
    if (positives) {
      average += ((tp - tpBefore) / positives) * (tp / (tp + fp));
      precisionRecall.push([tp / positives, tp / (tp + fp)]);
    }
    if (positives && negatives) roc.push([fp / negatives, tp / positives]);
  }
  return {
    auroc: positives && negatives ? area / (positives * negatives) : null,
    averagePrecision: positives ? average : null,
    roc: positives && negatives ? thinned(roc) : [],
    precisionRecall: thinned(precisionRecall),
  };
}

/** Leave out points of a curve that lie closer together than can be seen. */
function thinned(points, least = 1 / 400) {
  const kept = [];
  points.forEach((point, i) => {
    const last = kept[kept.length - 1];
    const far = !last || Math.abs(point[0] - last[0]) >= least || Math.abs(point[1] - last[1]) >= least;
    if (far || i === points.length - 1) kept.push(point);
  });
  return kept;
}

/** Count the rows of each label in parts of equal width; the last holds 1, too. */
export function histogram(side, parts) {
  const ends = Array.from({ length: parts }, (_, i) => (i === parts - 1 ? side.n : below(side.p, (i + 1) / parts)));
  return ends.map((end, i) => {
    const start = i ? ends[i - 1] : 0;
    const positive = side.sums.y[end] - side.sums.y[start];
    return { positive, negative: end - start - positive };
  });
}
