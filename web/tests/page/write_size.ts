/** Writes into the README what the page loads until the first result: `npm run size`. */

import { readFileSync, writeFileSync } from "node:fs";
import { firstResult, tableOf } from "./first_result.js";
import { launch } from "./visit.js";

const README = "README.md";
const browser = await launch();
try {
  const table = tableOf(await firstResult(browser));
  const before = readFileSync(README, "utf8");
  const mark = /(<!-- size -->\n)[^]*?(\n<!-- \/size -->)/;
  if (!mark.test(before)) throw new Error(`${README} has no <!-- size --> and <!-- /size --> lines.`);
  writeFileSync(README, before.replace(mark, `$1${table}$2`));
  console.log(table);
} finally {
  await browser.close();
}
