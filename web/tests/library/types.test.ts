import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../../../", import.meta.url));

test("a page compiles against the shipped types, as strictly as can be", () => {
  const { stdout, status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tests/types"], {
    cwd: WEB,
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout);
});
