import assert from "node:assert/strict";
import { test } from "node:test";

import { squash } from "../../src/squash.js";
import { golden, MemoryPhoto, photoOf, table } from "./golden.js";

test("any photo becomes exactly Python's input of the network", () => {
  for (const row of table("squash.tsv")) {
    const { rgb } = squash(photoOf(row), Number(row.target_width), Number(row.target_height));
    assert.deepEqual(rgb, golden(row.expected), row.expected);
  }
});

test("a photo of the network's size stays as it is", () => {
  const photo = photoOf(table("squash.tsv")[0]);
  const { rgb } = squash(photo, photo.width, photo.height);
  assert.deepEqual(rgb, Uint8Array.from(photo.rgba.filter((_, i) => i % 4 !== 3)));
});

test("a photo that is narrower than the filter, or one pixel, is resized all the same", () => {
  const white = new MemoryPhoto(1, 900, new Uint8ClampedArray(900 * 4).fill(255));
  assert.ok(squash(white, 3, 2).rgb.every((value) => value === 255));
  const grey = new MemoryPhoto(1, 1, new Uint8ClampedArray(4).fill(99));
  assert.ok(squash(grey, 5, 7).rgb.every((value) => value === 99));
});
