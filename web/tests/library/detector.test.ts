import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Page } from "playwright-core";

import type * as Package from "../../src/index.js";
import { Chromium } from "./chromium.js";
import { bytes, numbers, type Row, table } from "./golden.js";

declare global {
  /** Given to the code that runs in a page. */
  var dbd: typeof Package;
  var options: Package.DetectorOptions;
  /** Opened once for a page. */
  var detector: Package.Detector;
  function scene(): Promise<Blob>;
  /** How many bytes of two maps differ. */
  function differences(one: Package.BlurMap, other: Package.BlurMap): number;
  function errorOf(doing: Promise<unknown>): Promise<{ name: string; kind: string; message: string }>;
}

/** The package in a page, and what its tests share. */
async function prepare(): Promise<void> {
  const name = "dbd-mobile";
  globalThis.dbd = (await import(name)) as typeof Package;
  const models = "/dbd_mobile/models";
  globalThis.options = {
    modelUrl: `${models}/nano/model.tflite`,
    detailUrl: new URL(`${models}/detail/model.tflite`, location.href),
    runtimeUrl: "/web/node_modules/@litertjs/core/wasm",
  };
  globalThis.scene = async () => (await fetch("/docs/scene.jpg")).blob();
  globalThis.differences = (one, other) => one.values.filter((value, i) => value !== other.values[i]).length;
  globalThis.errorOf = (doing) =>
    doing.then(
      () => ({ name: "none", kind: "none", message: "it worked" }),
      ({ name, kind, message }) => ({ name, kind, message }),
    );
}

let chromium: Chromium;
/** A page with a detector of its own, and one with a detector in a worker. */
let own: Page;
let worker: Page;

before(async () => {
  chromium = await Chromium.start();
  own = await chromium.open();
  worker = await chromium.open();
  for (const page of [own, worker]) {
    await page.evaluate(prepare);
  }
  await own.evaluate(async () => {
    globalThis.detector = await dbd.BlurDetector.open(options);
  });
  await worker.evaluate(async () => {
    globalThis.detector = await dbd.openInWorker(options);
  });
});
after(() => chromium.stop());

function assertFocus(found: Package.Focus, row: Row): void {
  assert.deepEqual([found.verdict, found.reason, found.isMotion], [row.verdict, row.reason, row.motion === "1"]);
  const pairs = [
    [found.radius, row.blur_radius_px],
    [found.lensBlur, row.lens_blur_px],
    [found.sharpWidth, row.sharp_width_px],
    [found.score, row.score],
    [found.confidence, row.confidence],
  ] as const;
  for (const [number, expected] of pairs) {
    assert.ok(Math.abs(Number(number) - Number(expected)) <= 1e-6, `${number} is not ${expected}`);
  }
  const { x, y, width, height } = found.box;
  assert.equal([x, y, x + width, y + height].join(), row.box);
}

test("the stored maps are of the bundled models: run tests/golden/make_bundled.py", () => {
  for (const row of table("bundled/maps.tsv")) {
    const card = JSON.parse(new TextDecoder().decode(bytes(`dbd_mobile/models/${row.model}/card.json`)));
    assert.equal(row.sha256, card.sha256);
  }
});

for (const { model, sha256 } of table("bundled/maps.tsv")) {
  test(`${model} gives Python's bytes and verdicts for a JPEG file`, async () => {
    const verdicts = table("bundled/focus.tsv").filter((row) => row.model === model);
    const box = numbers(verdicts[1].numbers);
    const found = await worker.evaluate(
      async ({ model, sha256, box: [x, y, right, bottom] }) => {
        const modelUrl = `/dbd_mobile/models/${model}/model.tflite`;
        const opened = await dbd.openInWorker({ ...options, modelUrl, modelSha256: sha256 });
        const photo = await scene();
        const map = await opened.detectBlur(photo);
        const golden = new Uint8Array(await (await fetch(`/tests/golden/bundled/${model}.bin`)).arrayBuffer());
        const focus = [
          await opened.judge(photo),
          await opened.judge(photo, { x, y, width: right - x, height: bottom - y }),
        ];
        opened.close();
        return {
          differing: map.values.filter((value, i) => Math.round(value * 255) !== golden[i]).length,
          places: map.values.length - golden.length,
          size: [map.photoWidth, map.photoHeight],
          focus,
        };
      },
      { model, sha256, box },
    );
    assert.deepEqual([found.differing, found.places, found.size], [0, 0, [1200, 800]]);
    found.focus.forEach((focus, i) => assertFocus(focus, verdicts[i]));
  });
}

for (const where of ["the page", "a worker"]) {
  test(`any source of the same pixels gives the same map in ${where}, and stays as it was`, async () => {
    const page = where === "the page" ? own : worker;
    const differing = await page.evaluate(async () => {
      const file = await scene();
      const bitmap = await createImageBitmap(file);
      const { width, height } = bitmap;
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d") as CanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0);
      const offscreen = new OffscreenCanvas(width, height);
      offscreen.getContext("2d")?.drawImage(bitmap, 0, 0);
      const image = new Image();
      image.src = URL.createObjectURL(file);
      await image.decode();
      const pixels = context.getImageData(0, 0, width, height);
      const layout = { format: "RGBX", codedWidth: width, codedHeight: height, timestamp: 0 } as const;
      const frame = new VideoFrame(pixels.data, layout);
      const expected = await detector.detectBlur(file);
      const found: Record<string, number> = {};
      for (const [name, source] of Object.entries({ bitmap, canvas, offscreen, image, pixels, frame })) {
        for (const turn of ["first", "second"]) {
          found[`${name}, ${turn} time`] = differences(await detector.detectBlur(source), expected);
        }
      }
      frame.close();
      return found;
    });
    assert.equal(Object.keys(differing).length, 12);
    assert.deepEqual(new Set(Object.values(differing)), new Set([0]), JSON.stringify(differing));
  });

  test(`pixels of another site that does not share them are refused in ${where}, once`, async () => {
    const page = where === "the page" ? own : worker;
    const [error, differing] = await page.evaluate(async () => {
      const expected = await detector.detectBlur(await scene());
      const image = new Image();
      image.src = `http://localhost:${location.port}/docs/scene.jpg`;
      await image.decode();
      const error = await errorOf(detector.detectBlur(image));
      return [error, differences(await detector.detectBlur(await scene()), expected)] as const;
    });
    assert.equal(error.kind, "image");
    assert.equal(differing, 0);
  });

  test(`a source without a picture is refused in ${where}`, async () => {
    const page = where === "the page" ? own : worker;
    const errors = await page.evaluate(async () => {
      const closed = await createImageBitmap(await scene());
      closed.close();
      const sources = [
        new Blob(["not a photo"]),
        new Image(),
        document.createElement("video"),
        Object.assign(document.createElement("canvas"), { width: 0 }),
        closed,
        "photo.jpg" as unknown as Blob,
        null as unknown as Blob,
      ];
      return Promise.all(sources.map((source) => errorOf(detector.detectBlur(source))));
    });
    assert.deepEqual(errors.map(({ name, kind }) => `${name} ${kind}`), errors.map(() => "DbdError image"));
  });
}

test("a photo that lies on its side is turned upright as its EXIF orientation says", async () => {
  const found = await own.evaluate(async () => {
    // Fine texture on the left, grey on the right; orientation 6 turns it clockwise: the left is above then.
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.fillStyle = "#888";
    context.fillRect(0, 0, 640, 480);
    for (let i = 0; i < 9000; i++) {
      context.fillStyle = `hsl(${(i * 47) % 360} 80% ${(i * 31) % 100}%)`;
      context.fillRect((i * 7919) % 320, (i * 104729) % 480, 5, 5);
    }
    const jpeg = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
    const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
    const segment = new Uint8Array([0xff, 0xe1, 0, exif.length + 2, ...exif]);
    const turned = new Blob([jpeg.slice(0, 2), segment, jpeg.slice(2)]);
    const map = await detector.detectBlur(turned);
    const half = { x: 0, width: 480, height: 300 };
    return {
      size: [map.photoWidth, map.photoHeight],
      above: map.sharpness({ ...half, y: 0 }),
      below: map.sharpness({ ...half, y: 340 }),
    };
  });
  assert.deepEqual(found.size, [480, 640]);
  assert.ok(found.above > 0.1 && found.below < 0.05, JSON.stringify(found));
});

test("what is clear counts as white", async () => {
  const differing = await own.evaluate(async () => {
    const white = new ImageData(new Uint8ClampedArray(300 * 200 * 4).fill(255), 300, 200);
    const clear = new ImageData(300, 200);
    const expected = await detector.detectBlur(white);
    const maps = [await detector.detectBlur(clear), await detector.detectBlur(await createImageBitmap(clear))];
    return [...maps.map((map) => differences(map, expected)), clear.data[3]];
  });
  assert.deepEqual(differing, [0, 0, 0]);
});

test("a photo larger than what is read at a time is looked at whole", async () => {
  const differing = await own.evaluate(async () => {
    const small = await createImageBitmap(await scene());
    const canvas = new OffscreenCanvas(4800, 3600);
    const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    context.drawImage(small, 0, 0, 4800, 3600);
    const pixels = context.getImageData(0, 0, 4800, 3600);
    return differences(await detector.detectBlur(canvas), await detector.detectBlur(pixels));
  });
  assert.equal(differing, 0);
});

test("of a video's frames the newest wins, and every call gets a map", async () => {
  const { shares, isSame, last } = await worker.evaluate(async () => {
    const file = await scene();
    const photo = await createImageBitmap(file);
    const blank = await createImageBitmap(new ImageData(1200, 800));
    const frames = Array.from({ length: 12 }, (_, i) => new VideoFrame(i === 11 ? photo : blank, { timestamp: i }));
    const maps = await Promise.all(frames.map((frame) => detector.detectBlur(frame)));
    frames.forEach((frame) => frame.close());
    const expected = await detector.detectBlur(file);
    return {
      shares: new Set(maps).size,
      isSame: maps[10] === maps[11],
      last: Math.abs(maps[11].blurredShare() - expected.blurredShare()),
    };
  });
  assert.ok(shares >= 2 && shares < 12, `${shares} frames were looked at`);
  assert.ok(isSame);
  assert.ok(last < 0.02, `the newest frame's map is ${last} off`);
});

test("an isolated page runs on several threads to the same bytes", async () => {
  const page = await chromium.open("/isolated");
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.evaluate(prepare);
  const [isIsolated, differing] = await page.evaluate(async () => {
    const photo = await scene();
    const maps: Package.BlurMap[] = [];
    for (const threads of [2, 1]) {
      const opened = await dbd.openInWorker({ ...options, threads });
      maps.push(await opened.detectBlur(photo));
      opened.close();
    }
    return [crossOriginIsolated, differences(maps[0], maps[1])] as const;
  });
  await page.close();
  assert.ok(isIsolated);
  assert.ok(loaded.some((url) => url.endsWith("litert_wasm_threaded_internal.wasm")));
  assert.equal(differing, 0);
});

test("where there is no GPU the processor takes its place, or it is said", async () => {
  const found = await own.evaluate(async () => {
    const opened = await dbd.BlurDetector.open({ ...options, accelerator: "auto" });
    opened.close();
    const { accelerator, acceleratorReason } = opened;
    const error = await errorOf(dbd.BlurDetector.open({ ...options, accelerator: "webgpu" }));
    return { accelerator, acceleratorReason, error };
  });
  assert.equal(found.accelerator, "wasm");
  assert.match(found.acceleratorReason ?? "", /WebGPU/);
  assert.equal(found.error.kind, "backend");
});

test("two detectors that are opened at once share one LiteRT", async () => {
  const page = await chromium.open();
  await page.evaluate(prepare);
  const differing = await page.evaluate(async () => {
    const opened = await Promise.all(
      (["auto", "wasm"] as const).map((accelerator) => dbd.BlurDetector.open({ ...options, accelerator })),
    );
    const photo = await scene();
    const [one, other] = await Promise.all(opened.map((each) => each.detectBlur(photo)));
    opened.forEach((each) => each.close());
    return differences(one, other);
  });
  await page.close();
  assert.equal(differing, 0);
});

test("a model that is missing, another file or of another kind is refused", async () => {
  const errors = await worker.evaluate(async () => {
    const wrong: Partial<Package.DetectorOptions>[] = [
      { modelUrl: "/nowhere.tflite" },
      { modelUrl: "http://localhost:9/model.tflite" },
      { modelUrl: "/docs/scene.jpg" },
      { modelUrl: options.detailUrl as URL },
      { modelSha256: "0".repeat(64) },
    ];
    return Promise.all(wrong.map((change) => errorOf(dbd.openInWorker({ ...options, ...change }))));
  });
  assert.deepEqual(errors.map(({ name, kind }) => `${name} ${kind}`), errors.map(() => "DbdError model"));
});

test("a folder without LiteRT's files, and options that cannot be, are refused", async () => {
  const errors = await worker.evaluate(async () => [
    await errorOf(dbd.openInWorker({ ...options, runtimeUrl: "/docs" })),
    await errorOf(dbd.openInWorker({ ...options, threads: 0 })),
    await errorOf(dbd.openInWorker({ ...options, modelSha256: "abc" })),
  ]);
  assert.deepEqual(errors.map(({ kind }) => kind), ["backend", "argument", "argument"]);
  assert.match(errors[0].message, /node_modules\/@litertjs\/core\/wasm/);
});

test("a signal ends the opening with its reason", async () => {
  const names = await worker.evaluate(async () => {
    const late = new AbortController();
    const opening = errorOf(dbd.openInWorker({ ...options, signal: late.signal }));
    late.abort();
    const early = AbortSignal.abort();
    return Promise.all([
      opening,
      errorOf(dbd.openInWorker({ ...options, signal: early })),
      errorOf(dbd.BlurDetector.open({ ...options, signal: early })),
    ]);
  });
  assert.deepEqual(names.map(({ name }) => name), ["AbortError", "AbortError", "AbortError"]);
});

for (const kind of ["BlurDetector.open", "openInWorker"] as const) {
  test(`a detector of ${kind} that was closed, or that has no model to judge by, says so`, async () => {
    const errors = await own.evaluate(async (kind) => {
      const { detailUrl: _, ...others } = options;
      const opened = await (kind === "openInWorker" ? dbd.openInWorker(others) : dbd.BlurDetector.open(others));
      const photo = await scene();
      const errors = [await errorOf(opened.judge(photo))];
      opened.close();
      opened.close();
      errors.push(await errorOf(opened.detectBlur(photo)), await errorOf(opened.judge(photo)));
      return errors;
    }, kind);
    assert.deepEqual(errors.map(({ name, kind }) => `${name} ${kind}`), [
      "DbdError argument",
      "DbdError closed",
      "DbdError closed",
    ]);
  });
}

test("a region outside of the photo, and a photo too small to judge, are refused by a worker too", async () => {
  const kinds = await worker.evaluate(async () => [
    (await errorOf(detector.judge(await scene(), { x: 1200, y: 0, width: 9, height: 9 }))).kind,
    (await errorOf(detector.judge(new ImageData(63, 640)))).kind,
  ]);
  assert.deepEqual(kinds, ["argument", "image"]);
});
