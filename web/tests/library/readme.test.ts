import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { bytes, ROOT } from "./golden.js";

const text = (path: string): string => new TextDecoder().decode(bytes(path));

/** The packages that a folder's ES modules import, by their names; the worker's file is no module. */
function imported(folder: string): string[] {
  const modules = readdirSync(new URL(folder, ROOT)).filter((name) => /(?<!worker)\.js$/.test(name));
  const found = modules.map((name) => text(`${folder}${name}`).matchAll(/\bfrom ?"([^."/][^"]*)"/g));
  return found.flatMap((names) => [...names].map((name) => name[1]!));
}

test("the README's import map has every package that a page without a bundler loads, at its place", () => {
  const [, map] = /<script type="importmap">([^]*?)<\/script>/.exec(text("web/README.md"))!;
  const { imports } = JSON.parse(map!) as { imports: Record<string, string> };
  const folders = ["web/dist/", "web/dist/judge/", "web/node_modules/@litertjs/core/dist/"];
  const needed = [...folders.flatMap(imported), "dbd-mobile"];
  assert.deepEqual(Object.keys(imports).sort(), [...new Set(needed)].sort());
  for (const [name, place] of Object.entries(imports)) {
    const file = place.replace(`./node_modules/${name}`, name === "dbd-mobile" ? "web" : `web/node_modules/${name}`);
    assert.ok(bytes(file).length > 0);
  }
});
