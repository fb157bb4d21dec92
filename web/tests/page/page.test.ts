/** The page in Chromium, as people use it. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { photo } from "./picture.js";
import { choose, launch, overlayAt, type Server, serve, verdict, visit } from "./visit.js";

const PHOTO = photo();

let browser: Browser;
let server: Server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** A place on the stage, 0 to 1 in both directions, on the screen. */
async function onStage(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const stage = await page.locator("#stage").boundingBox();
  assert(stage);
  return { x: stage.x + x * stage.width, y: stage.y + y * stage.height };
}

async function drag(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  await page.locator("#stage").scrollIntoViewIfNeeded();
  const [start, end] = [await onStage(page, ...from), await onStage(page, ...to)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(end.x, end.y, { steps: 3 });
  await page.mouse.up();
}

test("a photo gets a map and a verdict on its subject", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await choose(page, PHOTO);
    await verdict(page, /The subject is sharp/);
    const [sharp, blurred] = [await overlayAt(page, 0.2, 0.5), await overlayAt(page, 0.8, 0.5)];
    assert(sharp[3]! < 64 && blurred[3]! > 64, `opacity ${sharp[3]} and ${blurred[3]}`);
    assert.match((await page.locator("#reason").textContent()) ?? "", /^sharp at 100 %: blur radius/);
    assert.match((await page.locator("#facts").textContent()) ?? "", /Half take \(p50\)≤ \d+ ms/);
    assert(await page.locator("#subject").isVisible());
    // What is slow happens beside the page.
    assert.equal(page.workers().length, 1);
  });
});

test("a box gets a verdict of its own, a tap a square around it", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await choose(page, PHOTO);
    await verdict(page, /The subject/);
    await drag(page, [0.6, 0.2], [0.95, 0.8]);
    await verdict(page, /The box is blurred/);
    const label = () => page.locator("#stage").getAttribute("aria-label");
    assert.equal(await label(), "The picture, 640 by 480 pixels; the box is 224 by 288, at 384, 96");
    const tap = await onStage(page, 0.25, 0.5);
    await page.mouse.click(tap.x, tap.y);
    await verdict(page, /The box is sharp/);
    assert.equal(await label(), "The picture, 640 by 480 pixels; the box is 96 by 96, at 112, 192");
    await page.keyboard.press("Escape");
    await verdict(page, /The subject is sharp/);
    assert(!(await page.locator("#box").isVisible()));
  });
});

test("the overlay is a heat map, a mask or green edges, to the right of the slider", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await choose(page, PHOTO);
    await verdict(page, /The subject/);
    await page.getByLabel("Mask").check();
    assert.deepEqual(await overlayAt(page, 0.8, 0.5), [16, 16, 20, 208]);
    assert.equal((await overlayAt(page, 0.2, 0.5))[3], 0);
    await page.getByLabel("Peaking").check();
    assert.equal((await overlayAt(page, 0.8, 0.5))[3], 0);
    const clip = () => page.locator("#overlay").evaluate((canvas) => getComputedStyle(canvas).clipPath);
    assert.equal(await clip(), "inset(0px 0px 0px 50%)");
    await page.locator("#divide").focus();
    await page.keyboard.press("Home");
    assert.equal(await clip(), "inset(0px 0px 0px 0%)");
    await page.locator("#divide").fill("30");
    assert.equal(await clip(), "inset(0px 0px 0px 30%)");
  });
});

test("everything is reached and done with the keyboard, and its focus is seen", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await choose(page, PHOTO);
    await verdict(page, /The subject/);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const reached: string[] = [];
    for (;;) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const focused = document.activeElement as HTMLInputElement;
        return { name: focused.id || focused.name, outline: getComputedStyle(focused).outlineWidth };
      });
      if (!at.name || reached.includes(at.name)) break;
      assert.equal(at.outline, "3px", `nothing shows that ${at.name} has the focus`);
      reached.push(at.name);
    }
    assert.deepEqual(reached, ["file", "camera", "example", "stage", "divide", "overlay", "model", "place"]);
    await page.locator("#stage").focus();
    await page.keyboard.press("ArrowRight");
    await verdict(page, /The box/);
    const label = () => page.locator("#stage").getAttribute("aria-label");
    assert.match((await label()) ?? "", /the box is 96 by 96, at 272, 192$/);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+ArrowDown");
    assert.match((await label()) ?? "", /the box is 96 by 112, at 256, 192$/);
    await page.keyboard.press("Escape");
    assert.match((await label()) ?? "", /no box is drawn$/);
    await verdict(page, /The subject/);
  });
});

test("a phone's narrow screen has room for everything, and fingers for their taps", async () => {
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  await visit(
    browser,
    server.url,
    async ({ page }) => {
      await choose(page, PHOTO);
      await verdict(page, /The subject/);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
      for (const control of await page.locator("button, input, select, .choices label").all()) {
        if (!(await control.isVisible()) || (await control.getAttribute("type")) === "radio") continue;
        const { height } = (await control.boundingBox())!;
        assert(height >= 44, `${await control.evaluate((node) => node.outerHTML)} is ${height} high`);
      }
      await page.locator("#stage").scrollIntoViewIfNeeded();
      const tap = await onStage(page, 0.8, 0.5);
      await page.touchscreen.tap(tap.x, tap.y);
      await verdict(page, /The box is blurred/);
    },
    phone,
  );
});

test("words can be read in the light and in the dark", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    await visit(
      browser,
      server.url,
      async ({ page }) => {
        await choose(page, PHOTO);
        await verdict(page, /The subject/);
        for (const [name, contrast] of await page.evaluate(contrasts)) {
          assert(contrast >= 4.5, `${name} has a contrast of ${contrast} in the ${colorScheme}`);
        }
      },
      { colorScheme },
    );
  }
});

/** In the page: WCAG's contrast of every element with words of its own to what lies behind it. */
function contrasts(): [string, number][] {
  const luminance = (colour: string): number => {
    const [red, green, blue] = colour.match(/[\d.]+/g)!.map((value) => {
      const share = Number(value) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const ground = (node: Element | null): string => {
    const colour = node ? getComputedStyle(node).backgroundColor : "rgb(255, 255, 255)";
    return colour === "rgba(0, 0, 0, 0)" ? ground(node!.parentElement) : colour;
  };
  const worded = [...document.body.querySelectorAll<HTMLElement>("*")].filter(
    (node) =>
      node.checkVisibility() &&
      !node.matches(":disabled, script, option, noscript") &&
      [...node.childNodes].some((child) => child instanceof Text && child.data.trim()),
  );
  return worded.map((node) => {
    const [one, other] = [luminance(getComputedStyle(node).color), luminance(ground(node))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    return [node.id || node.textContent!.trim(), contrast];
  });
}

test("a photo that is dropped or pasted is looked at, the older one is not", async () => {
  for (const kind of ["drop", "paste"] as const) {
    await visit(browser, server.url, async ({ page }) => {
      await page.evaluate(
        ([content, kind]) => {
          const bytes = Uint8Array.from(atob(content!), (letter) => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "brought.png", { type: "image/png" }));
          const event =
            kind === "drop"
              ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
              : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
          document.body.dispatchEvent(event);
        },
        [photo(320, 240).toString("base64"), kind],
      );
      await choose(page, PHOTO);
      await verdict(page, /The subject is sharp/);
      assert.equal(await page.locator("#photo").getAttribute("alt"), "The photo my photo.png");
      assert.match((await page.locator("#stage").getAttribute("aria-label")) ?? "", /640 by 480/);
    });
  }
});

test("a file that is no photo is refused in a sentence, and the next one looked at", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await choose(page, PHOTO);
    await verdict(page, /The subject is sharp/);
    await choose(page, Buffer.from("no photo"));
    await page.getByText("This browser cannot read the photo: choose a JPEG, PNG or WebP").waitFor();
    // Nothing is left of the photo before.
    assert(!(await page.locator("#result").isVisible()));
    await choose(page, PHOTO);
    await verdict(page, /The subject is sharp/);
    assert.equal(await page.locator("#error").textContent(), "");
  });
});

test("without a camera the page says so, and photos work", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.locator("#camera").click();
    await page.getByText("choose a photo.").waitFor();
    assert.equal(await page.locator("#camera").getAttribute("aria-pressed"), "false");
    await choose(page, PHOTO);
    await verdict(page, /The subject is sharp/);
  });
});

test("the example, the other model and the other place to run it work too", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.locator("#example").click();
    await verdict(page, /The subject is/);
    await drag(page, [0.5, 0.3], [0.65, 0.5]);
    await verdict(page, /The box is/);
    await page.locator("#model").selectOption("lite");
    await page.locator("dd", { hasText: /^1$/ }).waitFor();
    await verdict(page, /The box is/);
    await page.locator("#place").selectOption("auto");
    await page.getByText("The browser has no WebGPU, or no GPU for it.").waitFor();
  });
});
