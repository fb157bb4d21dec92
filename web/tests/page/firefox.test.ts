/** The page in Firefox. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { photo } from "./picture.js";
import { choose, FIREFOX, launchFirefox, overlayAt, serve, verdict, visit } from "./visit.js";

const skip = existsSync(FIREFOX) ? false : "Firefox is not installed: apt-get install firefox-esr";

test("in Firefox too a photo gets a map, its subject and a box get verdicts", { skip }, async () => {
  const [browser, server] = await Promise.all([launchFirefox(), serve()]);
  try {
    await visit(browser, server.url, async ({ page }) => {
      await choose(page, photo());
      await verdict(page, /The subject is sharp/);
      const [sharp, blurred] = [await overlayAt(page, 0.2, 0.5), await overlayAt(page, 0.8, 0.5)];
      assert(sharp[3]! < 64 && blurred[3]! > 64, `opacity ${sharp[3]} and ${blurred[3]}`);
      const stage = (await page.locator("#stage").boundingBox())!;
      await page.mouse.click(stage.x + 0.8 * stage.width, stage.y + 0.5 * stage.height);
      await verdict(page, /The box is blurred/);
      await page.keyboard.press("Escape");
      await verdict(page, /The subject is sharp/);
      assert(await page.evaluate(() => navigator.serviceWorker.controller !== null));
    });
  } finally {
    await browser.close();
    await server.close();
  }
});
