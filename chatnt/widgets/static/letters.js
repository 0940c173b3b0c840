// Scores along a sequence: letters where there is room for them, else bars, else the least and most of each pixel.

/** Outlines in a box of 100 by 100, filled by the even-odd rule; the same for a canvas and for SVG. */
const GLYPHS = {
  A: "M0 100 L38 0 L62 0 L100 100 L76 100 L68.5 78 L31.5 78 L24 100 Z M38 59 L62 59 L50 24 Z",
  C: "M97 33 C92 12 76 0 53 0 C21 0 0 21 0 50 C0 79 21 100 53 100 C77 100 94 88 100 65 L75 61 C72 74 64 80 53 80 C36 80 25 69 25 50 C25 31 36 20 53 20 C64 20 71 26 74 38 Z",
  G: "M97 31 C91 11 76 0 53 0 C21 0 0 21 0 50 C0 79 21 100 53 100 C71 100 87 94 100 83 L100 46 L54 46 L54 64 L77 64 L77 73 C71 78 64 80 55 80 C36 80 25 69 25 50 C25 31 36 20 53 20 C64 20 71 25 74 36 Z",
  T: "M0 0 H100 V21 H62 V100 H38 V21 H0 Z",
  N: "M0 100 V0 H27 L76 66 V0 H100 V100 H73 L24 34 V100 Z",
};
const OTHER = "M0 0 H100 V100 H0 Z M14 14 V86 H86 V14 Z"; // any other letter: an open box
const LETTER_PIXELS = 6; // a base must be as wide to be a letter
const STEP = 8; // bases, or blocks, that are one of the next level

const outlines = new Map();

/** Draw one letter that fills a box, also where that is no higher than a hair. */
export function drawLetter(context, letter, x, y, width, height) {
  const path = GLYPHS[letter] ?? OTHER;
  if (context.outline) {
    context.outline(path, x, y, width / 100, height / 100);
    return;
  }
  if (!outlines.has(path)) outlines.set(path, new Path2D(path));
  context.save();
  context.translate(x, y);
  context.scale(width / 100, height / 100);
  context.fill(outlines.get(path), "evenodd");
  context.restore();
}

/**
 * Make the least and the most of blocks of scores, level by level, so that any stretch is read in a few steps.
 * @param {Float32Array} scores
 * @param {Float32Array} [most] if `scores` are the least of something already
 * @returns {{size: number, low: Float32Array, high: Float32Array}[]}
 */
export function pyramid(scores, most = scores) {
  const levels = [{ size: 1, low: scores, high: most }];
  for (let below = levels[0]; below.low.length > STEP; below = levels.at(-1)) {
    const count = Math.ceil(below.low.length / STEP);
    const low = new Float32Array(count);
    const high = new Float32Array(count);
    for (let i = 0; i < count; i += 1) {
      let least = Infinity;
      let largest = -Infinity;
      for (let j = i * STEP; j < Math.min(below.low.length, (i + 1) * STEP); j += 1) {
        if (below.low[j] < least) least = below.low[j];
        if (below.high[j] > largest) largest = below.high[j];
      }
      low[i] = least;
      high[i] = largest;
    }
    levels.push({ size: below.size * STEP, low, high });
  }
  return levels;
}

/** Return the least and the most of the bases from `start` to `end`, 0 included; at most one block too many at each end. */
export function extremes(levels, start, end) {
  const level = levels.findLast(({ size }) => size * 2 <= end - start) ?? levels[0];
  let low = 0;
  let high = 0;
  const last = Math.min(level.low.length, Math.ceil(end / level.size));
  for (let i = Math.max(0, Math.floor(start / level.size)); i < last; i += 1) {
    if (level.low[i] < low) low = level.low[i];
    if (level.high[i] > high) high = level.high[i];
  }
  return [low, high];
}

/**
 * Draw the bases from `start` to `end` into a box of a canvas: those that speak for the target stand on the line of
 * zero, the others hang from it.
 * @param {CanvasRenderingContext2D} context
 * @param {Object} options
 * @param {string} options.letters of the whole sequence; may be empty, then there are bars only
 * @param {{size: number, low: Float32Array, high: Float32Array}[]} options.levels of `pyramid(scores)`
 * @param {number} options.start first base; may be a fraction while one pans
 * @param {number} options.end base after the last; may be a fraction
 * @param {number} [options.unit] bases that one score of `levels` covers, if they are of blocks
 * @param {number[]} options.box `[x, y, width, height]`
 * @param {number[]} options.range scores of the lower and the upper edge; 0 lies between
 * @param {Object} options.colours by letter, as of `nucleotideColours(view)`
 * @param {string[]} options.signs colours of what speaks for and against
 * @param {number} [options.resolution] bases that one score was computed for; over 1, blocks are drawn
 * @returns {{mode: "letters"|"blocks"|"bars"|"pixels", drawn: number}}
 */
export function letterTrack(context, options) {
  const { letters, levels, start, end, unit = 1, box, range, resolution = 1 } = options;
  const [x, y, width, height] = box;
  const [low, high] = range;
  const pixels = width / (end - start);
  const space = {
    pixels,
    tall: height / (high - low || 1),
    zero: y + (height * high) / (high - low || 1),
    at: (base) => x + (base - start) * pixels,
    first: Math.max(0, Math.floor(start)),
    last: Math.min(levels[0].low.length, Math.ceil(end)),
  };
  if (unit > 1 || pixels < 1) return asPixels(context, options, space, x, width);
  const scores = levels[0].low;
  if (resolution > 1) return asBlocks(context, options, space, scores);
  return pixels >= LETTER_PIXELS && letters ? asLetters(context, options, space, scores) : asBars(context, options, space, scores);
}

function asLetters(context, { letters, colours }, space, scores) {
  const wide = space.pixels * 0.92;
  for (let i = space.first; i < space.last; i += 1) {
    const tall = Math.abs(scores[i]) * space.tall;
    if (tall < 0.2) continue;
    context.fillStyle = colours[letters[i]] ?? colours.N;
    drawLetter(context, letters[i], space.at(i) + space.pixels * 0.04, scores[i] > 0 ? space.zero - tall : space.zero, wide, tall);
  }
  return { mode: "letters", drawn: space.last - space.first };
}

function asBars(context, { letters, colours, signs }, space, scores) {
  const wide = Math.max(1, space.pixels - (space.pixels > 3 ? 1 : 0));
  for (let i = space.first; i < space.last; i += 1) {
    const tall = Math.abs(scores[i]) * space.tall;
    context.fillStyle = letters ? colours[letters[i]] ?? colours.N : signs[scores[i] > 0 ? 0 : 1];
    context.fillRect(space.at(i), scores[i] > 0 ? space.zero - tall : space.zero, wide, tall);
  }
  return { mode: "bars", drawn: space.last - space.first };
}

/** A score that was computed for several bases is one block, and its letters are all of one size. */
function asBlocks(context, { letters, colours, signs, resolution }, space, scores) {
  let drawn = 0;
  const size = Math.min(11, space.pixels * 0.8);
  for (const [from, to] of blocks(scores, space.first, space.last, resolution)) {
    const tall = Math.abs(scores[from]) * space.tall;
    const top = scores[from] > 0 ? space.zero - tall : space.zero;
    const gap = space.pixels * (to - from) > 4 ? 1 : 0;
    context.fillStyle = signs[scores[from] > 0 ? 0 : 1];
    context.globalAlpha = 0.75;
    context.fillRect(space.at(from), top, space.pixels * (to - from) - gap, tall);
    context.globalAlpha = 1;
    if (space.pixels >= LETTER_PIXELS && letters) {
      for (let i = from; i < to; i += 1) {
        context.fillStyle = colours[letters[i]] ?? colours.N;
        const middle = space.at(i + 0.5) - size / 2;
        drawLetter(context, letters[i], middle, scores[from] > 0 ? space.zero + 3 : space.zero - 3 - size, size, size);
      }
    }
    drawn += 1;
  }
  return { mode: "blocks", drawn };
}

/** Runs of one score, none longer than what one score was computed for. */
export function blocks(scores, first, last, resolution) {
  let from = first;
  while (from > 0 && from > first - resolution && scores[from - 1] === scores[first]) from -= 1;
  const found = [];
  while (from < last) {
    let to = from + 1;
    while (to < scores.length && to - from < resolution && scores[to] === scores[from]) to += 1;
    found.push([from, to]);
    from = to;
  }
  return found;
}

function asPixels(context, { levels, start, unit = 1, signs }, space, x, width) {
  const up = { colour: signs[0], columns: [] };
  const down = { colour: signs[1], columns: [] };
  const step = 1 / space.pixels / unit;
  for (let column = 0; column < width; column += 1) {
    const from = start / unit + column * step;
    if (from + step <= 0 || from >= levels[0].low.length) continue;
    const [low, high] = extremes(levels, from, from + step);
    if (high > 0) up.columns.push([x + column, space.zero - high * space.tall, high * space.tall]);
    if (low < 0) down.columns.push([x + column, space.zero, -low * space.tall]);
  }
  for (const { colour, columns } of [up, down]) {
    context.fillStyle = colour;
    for (const [left, top, tall] of columns) context.fillRect(left, top, 1, tall);
  }
  return { mode: "pixels", drawn: up.columns.length + down.columns.length };
}
