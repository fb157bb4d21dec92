/** Boxes from taps, strokes and keys. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, moved, resized, tapped } from "../../demo/box.js";

const SIZE = { width: 400, height: 300 };

test("a tapped square is a fifth of the shorter side, and inside where the tap is near an edge", () => {
  assert.deepEqual(tapped({ x: 200, y: 150 }, SIZE), { x: 170, y: 120, width: 60, height: 60 });
  assert.deepEqual(tapped({ x: 0, y: 300 }, SIZE), { x: 0, y: 240, width: 60, height: 60 });
  assert.deepEqual(tapped({ x: 1, y: 1 }, { width: 2, height: 2 }), { x: 1, y: 1, width: 1, height: 1 });
});

test("a stroke in any direction is the box between its ends, cut to the picture", () => {
  const box = { x: 10, y: 20, width: 90, height: 30 };
  assert.deepEqual(drawn({ x: 10.2, y: 19.8 }, { x: 100, y: 50 }, SIZE), box);
  assert.deepEqual(drawn({ x: 100, y: 50 }, { x: 10.2, y: 19.8 }, SIZE), box);
  assert.deepEqual(drawn({ x: -9, y: 290 }, { x: 500, y: 400 }, SIZE), { x: 0, y: 290, width: 400, height: 10 });
  assert.deepEqual(drawn({ x: 400, y: 300 }, { x: 420, y: 310 }, SIZE), { x: 399, y: 299, width: 1, height: 1 });
});

test("keys move a box and change its size by a fortieth of the longer side, as far as there is picture", () => {
  const box = { x: 10, y: 200, width: 60, height: 60 };
  assert.deepEqual(moved(box, 1, 0, SIZE), { ...box, x: 20 });
  assert.deepEqual(moved(moved(box, -1, 0, SIZE), -1, 0, SIZE), { ...box, x: 0 });
  assert.deepEqual(resized(box, -1, 0, SIZE), { ...box, width: 50 });
  assert.deepEqual(resized({ ...box, height: 95 }, 0, 1, SIZE), { ...box, height: 100 });
  assert.deepEqual(resized({ ...box, width: 5 }, -1, 0, SIZE), { ...box, width: 1 });
});
