import assert from "node:assert/strict";
import { test } from "node:test";

import { faultOf } from "../../src/accelerator_trial.js";
import type { Engine } from "../../src/litert.js";

const FILE = { input: { shape: [1, 12, 16, 3], isUint8: true, quantization: null } };

/** Gives the means of its photo's pixels, changed by what is added for its first, second, ... photo. */
function engine(added: (run: number) => number, ms = 0): Engine {
  let runs = 0;
  return {
    async run(photo) {
      const extra = added(runs++);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return Uint8Array.from({ length: photo.length / 3 }, (_, i) => photo[3 * i] / 2 + extra);
    },
    close: () => undefined,
  };
}

test("a GPU with the processor's maps, to 2 of 255, has no fault", async () => {
  assert.equal(await faultOf(engine(() => 2), engine(() => 0), FILE, false), null);
});

test("a GPU that is right on its first photo only is found out", async () => {
  const fault = await faultOf(engine((run) => (run === 0 ? 0 : 3)), engine(() => 0), FILE, false);
  assert.match(fault ?? "", /3 of 255 off, for its second photo/);
});

test("a GPU that gives its first map again is found out", async () => {
  const once = engine(() => 0);
  let first: Uint8Array | undefined;
  const stuck: Engine = { run: async (photo) => (first ??= await once.run(photo)), close: () => undefined };
  assert.match((await faultOf(stuck, engine(() => 0), FILE, false)) ?? "", /second photo/);
});

test("a GPU that is slower than the processor loses the race, and only that", async () => {
  const slow = (): Engine => engine(() => 0, 60);
  assert.match((await faultOf(slow(), engine(() => 0), FILE, true)) ?? "", /as fast/);
  assert.equal(await faultOf(slow(), engine(() => 0), FILE, false), null);
  assert.equal(await faultOf(engine(() => 0), slow(), FILE, true), null);
});
