import type { Photo } from "./photo.js";
import type { RgbImage } from "./rgb_image.js";

// As in the Python library's photo.py: blocks are averaged so far that this much is left.
const REDUCING_GAP = 1.3;
// Pixels that are read at a time: browsers' canvases end at 16 million.
const BAND_PIXELS = 1 << 23;
// Weights of one result sum up to 1 << WEIGHT_BITS, as Pillow has them.
const WEIGHT_BITS = 22;

/**
 * Resizes a photo to a network's input, whatever its shape. The bytes are the Python library's, and so
 * Pillow's with a reducing gap: where the photo is at least 2.6 times as wide (or high) as the result,
 * whole blocks of pixels are averaged first; a triangle filter as wide as the scale does the rest.
 */
export function squash(photo: Photo, width: number, height: number): RgbImage {
  const across = blockSide(photo.width, width);
  const down = blockSide(photo.height, height);
  const blocks = averageBlocks(photo, across, down);
  const isRowsFirst = blocks.height - height > 2 * Math.max(blocks.width - width, 0);
  const steps = [
    (image: RgbImage) => resampleColumns(image, photo.width / across, width),
    (image: RgbImage) => resampleRows(image, photo.height / down, height),
  ];
  // Each step rounds. Pillow 13 begins with the rows where the photo is much too high.
  return (isRowsFirst ? steps.reverse() : steps).reduce((image, step) => step(image), blocks);
}

function blockSide(size: number, resultSize: number): number {
  return Math.max(1, Math.trunc(size / resultSize / REDUCING_GAP));
}

/** Averages blocks of pixels; the last ones may have fewer. */
function averageBlocks(photo: Photo, across: number, down: number): RgbImage {
  const width = Math.ceil(photo.width / across);
  const height = Math.ceil(photo.height / down);
  const rgb = new Uint8Array(width * height * 3);
  const sums = new Uint32Array(width * 3);
  const rowsAtOnce = Math.max(1, Math.trunc(BAND_PIXELS / photo.width / down));
  for (let row = 0; row < height; row += rowsAtOnce) {
    const top = row * down;
    const lines = Math.min(rowsAtOnce * down, photo.height - top);
    const band = photo.read(0, top, photo.width, lines);
    for (let line = 0; line < lines; line += down) {
      const high = Math.min(down, lines - line);
      sums.fill(0);
      for (let i = line; i < line + high; i++) {
        addRow(band, i * photo.width * 4, photo.width, across, sums);
      }
      const to = (row + line / down) * width * 3;
      const whole = Math.trunc(photo.width / across) * 3;
      average(sums, 0, whole, across * high, rgb, to);
      average(sums, whole, width * 3, (photo.width % across) * high, rgb, to);
    }
  }
  return { width, height, rgb };
}

function addRow(rgba: Uint8ClampedArray, from: number, width: number, across: number, sums: Uint32Array): void {
  let at = from;
  for (let column = 0, i = 0; column < width; i += 3) {
    const end = Math.min(column + across, width);
    let red = 0;
    let green = 0;
    let blue = 0;
    for (; column < end; column++, at += 4) {
      red += rgba[at];
      green += rgba[at + 1];
      blue += rgba[at + 2];
    }
    sums[i] += red;
    sums[i + 1] += green;
    sums[i + 2] += blue;
  }
}

function average(sums: Uint32Array, from: number, end: number, pixels: number, rgb: Uint8Array, to: number): void {
  const half = Math.trunc(pixels / 2);
  // Pillow's own arithmetic, which rounds a little down: floor(2^24 / pixels) by floats, then a shift.
  const reciprocal = Math.trunc(Math.fround(2 ** 32 / Math.fround(256 * pixels)));
  for (let i = from; i < end; i++) {
    rgb[to + i] = ((sums[i] + half) * reciprocal) >>> 24;
  }
}

/** By pixel of the result: the first pixel that it is made of, and `taps` weights. */
interface Filter {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Int32Array;
}

/**
 * A triangle filter.
 *
 * @param size pixels that there are
 * @param edge where the last of them ends; it may be of less than a whole one
 */
function triangle(size: number, edge: number, resultSize: number): Filter {
  // Pillow takes the edge as a float.
  const scale = Math.fround(edge) / resultSize;
  const support = Math.max(scale, 1);
  const taps = 2 * Math.ceil(support) + 1;
  const first = new Int32Array(resultSize);
  const weights = new Int32Array(resultSize * taps);
  for (let i = 0; i < resultSize; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(size, Math.trunc(center + support + 0.5));
    const shares = Array.from({ length: end - start }, (_, k) =>
      Math.max(0, 1 - Math.abs((k + start - center + 0.5) * (1 / support))),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    // All taps lie in the picture, those of weight 0 included.
    first[i] = Math.max(0, Math.min(start, size - taps));
    shares.forEach((share, k) => {
      weights[i * taps + start - first[i] + k] = Math.trunc(0.5 + (share / total) * (1 << WEIGHT_BITS));
    });
  }
  return { taps: Math.min(taps, size), first, weights: packed(weights, taps, Math.min(taps, size)) };
}

/** Fewer weights a pixel, where the picture is narrower than the filter. */
function packed(weights: Int32Array, taps: number, wanted: number): Int32Array {
  return taps === wanted ? weights : weights.filter((_, i) => i % taps < wanted);
}

function resampleColumns(image: RgbImage, edge: number, width: number): RgbImage {
  const { taps, first, weights } = triangle(image.width, edge, width);
  const rgb = new Uint8Array(width * image.height * 3);
  for (let row = 0, to = 0; row < image.height; row++) {
    for (let column = 0; column < width; column++, to += 3) {
      weigh(image.rgb, (row * image.width + first[column]) * 3, 3, weights, column * taps, taps, rgb, to);
    }
  }
  return { width, height: image.height, rgb };
}

function resampleRows(image: RgbImage, edge: number, height: number): RgbImage {
  const { taps, first, weights } = triangle(image.height, edge, height);
  const step = image.width * 3;
  const rgb = new Uint8Array(step * height);
  for (let row = 0, to = 0; row < height; row++) {
    for (let from = first[row] * step, end = from + step; from < end; from += 3, to += 3) {
      weigh(image.rgb, from, step, weights, row * taps, taps, rgb, to);
    }
  }
  return { width: image.width, height, rgb };
}

/** The weighted sum of pixels that lie `step` bytes apart. */
function weigh(
  from: Uint8Array,
  at: number,
  step: number,
  weights: Int32Array,
  firstWeight: number,
  taps: number,
  to: Uint8Array,
  place: number,
): void {
  let red = 1 << (WEIGHT_BITS - 1);
  let green = red;
  let blue = red;
  for (let k = 0; k < taps; k++, at += step) {
    const weight = weights[firstWeight + k];
    red += from[at] * weight;
    green += from[at + 1] * weight;
    blue += from[at + 2] * weight;
  }
  to[place] = red >> WEIGHT_BITS;
  to[place + 1] = green >> WEIGHT_BITS;
  to[place + 2] = blue >> WEIGHT_BITS;
}
