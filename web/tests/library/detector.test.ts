import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type * as Package from "../../src/index.js";
import { Chromium } from "./chromium.js";
import { golden } from "./golden.js";

type DbdMobile = typeof Package;

declare global {
  /** Given to the code that runs in the page. */
  var dbd: DbdMobile;
  var options: Package.DetectorOptions;
}

/** What the page needs before each test: the package, and where its files are. */
const READY = async (): Promise<void> => {
  const name = "dbd-mobile";
  globalThis.dbd = (await import(name)) as DbdMobile;
  const model = "/dbd_mobile/models";
  globalThis.options = {
    modelUrl: `${model}/lite/model.tflite`,
    detailUrl: `${model}/detail/model.tflite`,
    runtimeUrl: "/web/node_modules/@litertjs/core/wasm",
  };
};

let chromium: Chromium;
before(async () => {
  chromium = await Chromium.start();
});
after(() => chromium.stop());

for (const opened of ["BlurDetector", "openInWorker"] as const) {
  test(`${opened} gives the golden map's bytes`, async () => {
    const page = await chromium.open();
    page.on("console", (m) => console.log(m.text()));
    await page.evaluate(READY);
    const [values, again] = await page.evaluate(
      async ({ opened, rgb }) => {
        const detector = await (opened === "openInWorker" ? dbd.openInWorker(options) : dbd.BlurDetector.open(options));
        const photo = new ImageData(320, 320);
        photo.data.fill(255);
        rgb.forEach((value, i) => (photo.data[4 * Math.trunc(i / 3) + (i % 3)] = value));
        const maps = [await detector.detectBlur(photo), await detector.detectBlur(await createImageBitmap(photo))];
        detector.close();
        return maps.map((map) => Array.from(map.values));
      },
      { opened, rgb: Array.from(golden("scene_photo.bin")) },
    );
    const expected = Array.from(golden("scene_map.bin"), (byte) => byte * Math.fround(1 / 255));
    const differ = (map: number[]): number => map.filter((value, i) => value !== Math.fround(expected[i])).length;
    assert.deepEqual([differ(values), differ(again)], [0, 0]);
  });
}
