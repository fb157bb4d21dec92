/** Percentiles of what pictures took. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Latency } from "../../demo/latency.js";

test("percentiles are times that were measured, of the last hundred pictures", () => {
  const latency = new Latency();
  assert(Number.isNaN(latency.percentile(0.5)));
  latency.add(7);
  assert.deepEqual([latency.percentile(0.5), latency.percentile(0.9)], [7, 7]);
  for (let milliseconds = 1000; milliseconds > 900; milliseconds--) latency.add(milliseconds);
  assert.equal(latency.count, 100);
  assert.deepEqual([latency.percentile(0.5), latency.percentile(0.9)], [950, 990]);
  latency.clear();
  assert.equal(latency.count, 0);
});
