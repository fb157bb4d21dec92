/** How much the page loads until the first result. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { firstResult, tableOf } from "./first_result.js";
import { launch } from "./visit.js";

const MOST_BYTES = 4_500_000;
// A change of a few lines of the page does not make the README wrong.
const ROUNDING_MB = 0.015;

test("the first result takes at most 4.5 MB, and the README says what they are made of", async () => {
  const browser = await launch();
  try {
    const parts = await firstResult(browser);
    const sent = parts.reduce((sum, part) => sum + part.sent, 0);
    console.log(tableOf(parts));
    assert(sent <= MOST_BYTES, `${sent} bytes`);
    assert(parts.every((part) => part.sent > 0), tableOf(parts));
    const cells = (table: string) => table.split("\n").map((row) => row.split("|").map((cell) => cell.trim()));
    const [now, said] = [cells(tableOf(parts)), cells(readmeTable())];
    assert.deepEqual(said.map((row) => row[1]), now.map((row) => row[1]));
    for (const [i, row] of now.entries()) {
      for (const column of [2, 3]) {
        const difference = Math.abs(Number(row[column]) - Number(said[i]![column]));
        const words = `the README says ${said[i]!.join(" ")}, it is ${row.join(" ")}: npm run size`;
        assert(!(difference > ROUNDING_MB), words);
      }
    }
  } finally {
    await browser.close();
  }
});

function readmeTable(): string {
  const found = /<!-- size -->\n([^]*?)\n<!-- \/size -->/.exec(readFileSync("README.md", "utf8"));
  assert(found?.[1], "web/README.md has no table between <!-- size --> and <!-- /size -->.");
  return found[1];
}
