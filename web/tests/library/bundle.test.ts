import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "vite";

const DIST = fileURLToPath(new URL("../../../../dist/index.js", import.meta.url));

/** What a page's bundle has to load at its start. */
async function entryOf(code: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "page.js" ? "\0page.js" : id === "dbd-mobile" ? DIST : null),
        load: (id) => (id === "\0page.js" ? code : null),
      },
    ],
    build: { write: false, minify: false, rollupOptions: { input: "page.js" }, modulePreload: false },
  });
  const { output } = Array.isArray(result) ? result[0] : (result as Exclude<typeof result, { close: unknown }>);
  const entry = output.find((file) => file.type === "chunk" && file.isEntry);
  assert.ok(entry?.type === "chunk");
  return entry.code;
}

test("a page that only makes blur maps starts without the code that judges, and without a worker", async () => {
  const code = await entryOf(`import { BlurDetector } from "dbd-mobile";
    BlurDetector.open({ modelUrl: "", runtimeUrl: "" }).then((d) => d.detectBlur(new Blob()));`);
  assert.match(code, /createImageBitmap/);
  assert.doesNotMatch(code, /SubjectFinder|no texture in the/);
  assert.doesNotMatch(code, /new Worker/);
});

test("a page with a detector in a worker has neither LiteRT nor arithmetic on its own thread", async () => {
  const code = await entryOf(`import { openInWorker } from "dbd-mobile";
    openInWorker({ modelUrl: "", runtimeUrl: "" });`);
  assert.match(code, /new Worker/);
  assert.doesNotMatch(code, /loadLiteRt|getImageData|SubjectFinder/);
});

test("what is not used is not there", async () => {
  const code = await entryOf(`import { DbdError } from "dbd-mobile"; console.log(DbdError);`);
  assert.ok(code.length < 1000, `${code.length} characters`);
});
