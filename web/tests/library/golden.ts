/** The checkout's golden vectors, which the Python and the Java tests read too. */
import { readFileSync } from "node:fs";

import { BlurMap } from "../../src/blur_map.js";
import type { Photo } from "../../src/photo.js";

export type Row = Record<string, string>;

// Where this file is once it is compiled: web/build/tests/tests/library.
export const ROOT = new URL("../../../../../", import.meta.url);

export function bytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, ROOT)));
}

export function golden(name: string): Uint8Array {
  return bytes(`tests/golden/${name}`);
}

/** Rows of a tab-separated table, by the names in its first line. */
export function table(name: string): Row[] {
  const [header, ...lines] = new TextDecoder().decode(golden(name)).trimEnd().split("\n");
  const names = header.split("\t");
  return lines.map((line) => Object.fromEntries(line.split("\t").map((value, i) => [names[i], value])));
}

/** Numbers with commas between them. */
export function numbers(text: string): number[] {
  return text.split(",").map(Number);
}

/** A row of maps.tsv as a map of its photo, or of one of its own size. */
export function mapOf(row: Row, isOfPhoto: boolean): BlurMap {
  const [width, height] = [Number(row.width), Number(row.height)];
  return new BlurMap({
    width,
    height,
    photoWidth: isOfPhoto ? Number(row.photo_width) : width,
    photoHeight: isOfPhoto ? Number(row.photo_height) : height,
    bytes: golden(`${row.name}_map.bin`),
    quantization: { scale: Number(row.scale), zeroPoint: Number(row.zero_point) },
    photo: { width, height, rgb: golden(`${row.name}_photo.bin`) },
  });
}

/** Pixels in memory, RGBA, as the library reads a photo. */
export class MemoryPhoto implements Photo {
  constructor(
    readonly width: number,
    readonly height: number,
    readonly rgba: Uint8ClampedArray,
  ) {}

  read(left: number, top: number, width: number, height: number): Uint8ClampedArray {
    const part = new Uint8ClampedArray(width * height * 4);
    for (let row = 0; row < height; row++) {
      const start = 4 * ((top + row) * this.width + left);
      part.set(this.rgba.subarray(start, start + 4 * width), 4 * row * width);
    }
    return part;
  }

  close(): void {}
}

/** A frame of squash.tsv, cut, turned clockwise and mirrored as its row says. */
export function photoOf(row: Row): MemoryPhoto {
  const frame = pixelsOf(row);
  const [left, top, width, height] =
    row.crop === "whole" ? [0, 0, Number(row.width), Number(row.height)] : numbers(row.crop);
  const turns = Number(row.rotation) / 90;
  const [across, down] = turns % 2 === 1 ? [height, width] : [width, height];
  const rgba = new Uint8ClampedArray(across * down * 4);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const column = row.mirrored === "1" ? across - 1 - x : x;
      const [fromX, fromY] = [
        [column, y],
        [y, height - 1 - column],
        [width - 1 - column, height - 1 - y],
        [width - 1 - y, column],
      ][turns];
      rgba.set([...frame(left + fromX, top + fromY), 255], 4 * (y * across + x));
    }
  }
  return new MemoryPhoto(across, down, rgba);
}

/** Red, green and blue of a frame's pixel; YUV is full-range BT.601 in fixed point. */
function pixelsOf(row: Row): (x: number, y: number) => number[] {
  const memory = golden(row.frame);
  const rowStride = Number(row.row_stride);
  if (row.kind !== "yuv") {
    return (x, y) => {
      const at = y * rowStride + x * row.kind.length;
      return Array.from(memory.subarray(at, at + 3));
    };
  }
  const chroma = (name: string, x: number, y: number): number =>
    memory[
      Number(row[`${name}_at`]) +
        (y >> 1) * Number(row.chroma_row_stride) +
        (x >> 1) * Number(row.chroma_pixel_stride)
    ] - 128;
  return (x, y) => {
    const luma = memory[y * rowStride + x];
    const [u, v] = [chroma("u", x, y), chroma("v", x, y)];
    return [
      luma + ((91881 * v + 32768) >> 16),
      luma + ((-22554 * u - 46802 * v + 32768) >> 16),
      luma + ((116130 * u + 32768) >> 16),
    ].map((value) => Math.min(Math.max(value, 0), 255));
  };
}

/** Node has no ImageData. */
globalThis.ImageData ??= class {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
} as unknown as typeof ImageData;
