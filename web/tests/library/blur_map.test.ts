import assert from "node:assert/strict";
import { test } from "node:test";

import { BlurMap } from "../../src/blur_map.js";
import { DbdError } from "../../src/errors.js";
import { golden, mapOf, type Row, table } from "./golden.js";

const maps = new Map(table("maps.tsv").map((row) => [row.name, row] as const));

function isArgument(error: unknown): boolean {
  return error instanceof DbdError && error.kind === "argument";
}

/** A map of scale 1/256 of a photo ten times its size, without the photo. */
function smallMap(width: number, height: number, values: number[]): BlurMap {
  return new BlurMap({
    width,
    height,
    photoWidth: 10 * width,
    photoHeight: 10 * height,
    bytes: Uint8Array.from(values),
    quantization: { scale: 1 / 256, zeroPoint: 0 },
    photo: null,
  });
}

test("pictures of a stored map are exactly Python's", () => {
  for (const row of maps.values()) {
    const map = mapOf(row, false);
    assert.deepEqual(new Uint8Array(map.heatMap().data), golden(`${row.name}_heat_map.bin`));
    const peaking = map.focusPeaking(Number(row.contrast));
    assert.deepEqual(new Uint8Array(peaking.data), golden(`${row.name}_focus_peaking.bin`));
    assert.equal(map.blurredShare(), Number(row.blurred_fraction));
  }
});

test("a mask at any threshold is exactly Python's", () => {
  for (const row of table("masks.tsv")) {
    const map = mapOf(maps.get(row.map) as Row, false);
    assert.deepEqual(map.mask(Number(row.threshold)), golden(row.expected));
  }
});

test("scores of any box are exactly Python's", () => {
  for (const row of table("scores.tsv")) {
    const map = mapOf(maps.get(row.map) as Row, true);
    const [left, top] = [Number(row.left), Number(row.top)];
    const box = { x: left, y: top, width: Number(row.right) - left, height: Number(row.bottom) - top };
    assert.equal(map.sharpness(box), Number(row.sharpness));
    assert.equal(map.isInFocus(box), row.in_focus === "1");
  }
  for (const row of maps.values()) {
    assert.equal(mapOf(row, true).sharpness(), Number(row.sharpness));
  }
});

test("values are probabilities, 1 where blurred", () => {
  assert.deepEqual(Array.from(smallMap(2, 1, [0, 128]).values), [0, 0.5]);
});

test("a box of parts of pixels counts the places that it touches", () => {
  const map = smallMap(2, 1, [0, 255]);
  assert.equal(map.sharpness({ x: 0, y: 0, width: 10, height: 10 }), 1);
  assert.equal(map.sharpness({ x: 0, y: 0, width: 10.1, height: 10 }), 1 - 255 / 512);
});

test("a box outside of the photo, or without an area, is refused", () => {
  const map = smallMap(2, 1, [0, 255]);
  for (const box of [
    { x: -1, y: 0, width: 2, height: 2 },
    { x: 0, y: 0, width: 21, height: 2 },
    { x: 3, y: 3, width: 0, height: 2 },
    { x: NaN, y: 0, width: 2, height: 2 },
  ]) {
    assert.throws(() => map.isInFocus(box), isArgument);
  }
});

test("a threshold or a contrast out of range is refused, and peaking without the photo", () => {
  const map = smallMap(1, 1, [7]);
  assert.throws(() => map.mask(1.1), isArgument);
  assert.throws(() => map.blurredShare(NaN), isArgument);
  assert.throws(() => map.focusPeaking(0), isArgument);
  assert.throws(() => map.focusPeaking(), isArgument);
});
