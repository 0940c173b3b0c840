// The curves of runs, as Python sends them: points of five numbers, whole curves and what came since.

import { numbers } from "./drawing.js";

const NUMBERS = 5; // curve, step, seconds, value, mean of its part
export const VALIDATED = "validation/";

/** Curves as `{run, name, step, seconds, value, mean}`, the last four as arrays of one length. */
export function readCurves(curves, ...bytes) {
  const read = curves.map(({ run, name }) => ({ run, name, step: [], seconds: [], value: [], mean: [] }));
  for (const part of bytes) {
    const given = numbers(part);
    for (let at = 0; at < given.length; at += NUMBERS) {
      const curve = read[given[at]];
      curve.step.push(given[at + 1]);
      curve.seconds.push(given[at + 2]);
      curve.value.push(given[at + 3]);
      curve.mean.push(given[at + 4]);
    }
  }
  return read.filter(({ step }) => step.length);
}

/** The mean around each point over so many steps, in which a point counts for the steps it stands for. */
export function smoothed({ step, mean }, width) {
  const last = step.length - 1;
  const weight = step.map((_, i) => Math.max(1e-9, (step[Math.min(i + 1, last)] - step[Math.max(i - 1, 0)]) / 2));
  const sums = [0];
  const weights = [0];
  mean.forEach((value, i) => {
    sums.push(sums[i] + value * weight[i]);
    weights.push(weights[i] + weight[i]);
  });
  let from = 0;
  let to = 0;
  return mean.map((_, i) => {
    while (step[from] < step[i] - width / 2) from += 1;
    while (to < step.length && step[to] <= step[i] + width / 2) to += 1;
    return (sums[to] - sums[from]) / (weights[to] - weights[from]);
  });
}

/** The index of the value in a sorted list that is nearest. */
export function nearest(sorted, wanted) {
  let low = 0;
  let high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle;
    else high = middle;
  }
  return wanted - sorted[low] <= sorted[high] - wanted ? low : high;
}

/** What was validated, in any run, and which of it is drawn. */
export function validated(curves, chosen) {
  const names = [...new Set(curves.map(({ name }) => name).filter((name) => name.startsWith(VALIDATED)))].map((name) => name.slice(VALIDATED.length)).sort((a, b) => (b === "mean") - (a === "mean"));
  const wanted = chosen.filter((name) => names.includes(name));
  if (wanted.length) return { names, drawn: wanted };
  return { names, drawn: names.includes("mean") ? ["mean"] : names.slice(0, 4) };
}

/** Round numbers between two, about `count` of them; powers of ten and between on a logarithmic scale. */
export function ticks(low, high, count, log = false) {
  if (!(high > low)) return [low];
  if (log) {
    const decades = Math.log10(high / low);
    const between = decades > count ? [1] : decades > count / 3 ? [1, 3] : [1, 2, 5];
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      for (const digit of between) found.push(digit * 10 ** power);
    }
    const inside = found.filter((value) => value >= low && value <= high);
    if (inside.length > 1) return inside;
  }
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = power * [1, 2, 5, 10].find((digit) => digit * power >= rough * 0.999);
  const first = Math.ceil(low / unit - 1e-9);
  const length = Math.floor(high / unit + 1e-9) - first + 1;
  if (length < 2 && count < 20) return ticks(low, high, 2 * count);
  return Array.from({ length }, (_, i) => Number(((first + i) * unit).toPrecision(12)));
}

/** Write a number with the digits that matter. */
export function brief(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
  if (size >= 1000) return Math.round(value).toLocaleString("en-GB");
  return String(Number(value.toPrecision(size >= 1 ? 4 : 3)));
}

/** Write a value with as many digits as the others have, so that it does not jump. */
export function exact(value) {
  const size = Math.abs(value);
  if (value === 0 || size >= 1000 || size < 1e-3) return brief(value);
  return value.toFixed(size >= 100 ? 1 : 3);
}

/** Write a time as people say it. */
export function lasting(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
