/** Pictures that tests make: fine texture, sharp on the left, blurred on the right. */

import { writeFileSync } from "node:fs";
import { encodePng } from "../../demo/bundle/png.js";

const BLUR_RADIUS = 6;
const CELL = 4;

/** Grey values, row by row, 0 to 255; the same for the same seed. */
export function halfBlurred(width: number, height: number, seed: number): Uint8Array {
  const random = randomOf(seed);
  const across = Math.ceil(width / CELL);
  const cells = Float32Array.from({ length: across * Math.ceil(height / CELL) }, () => 255 * random());
  let sharp: Float32Array = new Float32Array(width * height);
  for (let i = 0; i < sharp.length; i++) {
    const cell = Math.floor(i / width / CELL) * across + Math.floor((i % width) / CELL);
    sharp[i] = 0.7 * cells[cell]! + 0.3 * 255 * random();
  }
  let blurred = sharp;
  for (let pass = 0; pass < 2; pass++) {
    blurred = boxBlur(blurred, width, height, 1, width);
    blurred = boxBlur(blurred, height, width, width, 1);
  }
  return Uint8Array.from(sharp, (value, i) => (i % width < width / 2 ? value : blurred[i]!));
}

/** The picture as a PNG file. */
export function photo(width = 640, height = 480): Buffer {
  const grays = halfBlurred(width, height, 5);
  const rgba = new Uint8Array(4 * grays.length).fill(255);
  grays.forEach((gray, i) => rgba.fill(gray, 4 * i, 4 * i + 3));
  return Buffer.from(encodePng(width, height, rgba));
}

/** A video of the picture, for Chromium's fake camera: uncompressed, moving down by two rows a frame. */
export function writeVideo(path: string, width = 320, height = 240, frames = 8): void {
  const grays = halfBlurred(width, height, 5);
  const parts: (string | Uint8Array)[] = [`YUV4MPEG2 W${width} H${height} F60:1 Ip A1:1 C420jpeg\n`];
  const chroma = new Uint8Array(2 * (width / 2) * (height / 2)).fill(128);
  for (let frame = 0; frame < frames; frame++) {
    const split = width * (height - 2 * frame);
    parts.push("FRAME\n", grays.subarray(split), grays.subarray(0, split), chroma);
  }
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
}

function boxBlur(
  values: Float32Array,
  length: number,
  lines: number,
  step: number,
  lineStep: number,
): Float32Array {
  const blurred = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let offset = -BLUR_RADIUS; offset <= BLUR_RADIUS; offset++) {
        const from = Math.min(Math.max(at + offset, 0), length - 1);
        sum += values[line * lineStep + from * step]!;
      }
      blurred[line * lineStep + at * step] = sum / (2 * BLUR_RADIUS + 1);
    }
  }
  return blurred;
}

/** Numbers of 0 to 1: Park and Miller's generator. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
