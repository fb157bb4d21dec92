import assert from "node:assert/strict";
import { test } from "node:test";

import { BlurMap } from "../../src/blur_map.js";
import { DbdError } from "../../src/errors.js";
import { areaOf, cellsInside } from "../../src/judge/area.js";
import * as constants from "../../src/judge/constants.js";
import { FocusJudge, partAround } from "../../src/judge/focus_judge.js";
import { CONFIDENCE, MOTION, RADIUS_PX } from "../../src/judge/radius_code.js";
import { SubjectFinder } from "../../src/judge/subject_finder.js";
import type { TileMeter } from "../../src/judge/tile_meter.js";
import { readTile } from "../../src/judge/tile_reader.js";
import { around, type Cells, cellsOf, coarsestLevel, tilesOver, type TileSize } from "../../src/judge/tiles.js";
import type { Photo } from "../../src/photo.js";
import type { Place, Region } from "../../src/region.js";
import { golden, MemoryPhoto, numbers, photoOf, type Row, table } from "./golden.js";

const EXACT = 1e-6;

function assertClose(found: number | null, expected: string, message: string): void {
  if (expected === "-" || found === null) {
    assert.ok(found === null && expected === "-", `${message}: ${found} is not ${expected}`);
  } else {
    assert.ok(Math.abs(found - Number(expected)) <= EXACT, `${message}: ${found} is not ${expected}`);
  }
}

function cellsIn(row: Row): Cells {
  return { left: Number(row.left), top: Number(row.top), right: Number(row.right), bottom: Number(row.bottom) };
}

function tileIn(row: Row): TileSize {
  return { columns: Number(row.tile_columns), rows: Number(row.tile_rows) };
}

function sides({ left, top, right, bottom }: Cells): string {
  return [left, top, right, bottom].join();
}

function regionIn(row: Row): Region {
  const given = numbers(row.numbers);
  const places = (): Place[] => given.flatMap((x, i) => (i % 2 === 0 ? [[x, given[i + 1]] as const] : []));
  switch (row.region) {
    case "box":
      return { x: given[0], y: given[1], width: given[2] - given[0], height: given[3] - given[1] };
    case "polygon":
      return { polygon: places() };
    case "points":
      return { points: places() };
    default: {
      const [x, y, radius] = given;
      const width = Number(row.width);
      const mask = Uint8Array.from({ length: width * Number(row.height) }, (_, i) => {
        const [across, down] = [(i % width) - x, Math.trunc(i / width) - y];
        return across * across + down * down <= radius * radius ? 1 : 0;
      });
      return { mask };
    }
  }
}

function mapIn(row: Row): BlurMap {
  return new BlurMap({
    width: Number(row.map_width),
    height: Number(row.map_height),
    photoWidth: Number(row.width),
    photoHeight: Number(row.height),
    bytes: golden(`judge/${row.map}`),
    quantization: { scale: Number(row.scale), zeroPoint: Number(row.zero_point) },
    photo: null,
  });
}

/** Says what is stored of a photo's levels. */
function storedMeter(row: Row): TileMeter {
  const content = golden(`judge/${row.codes}`);
  const [width, height] = [Number(row.width), Number(row.height)];
  const levels = new Map<number, Uint8Array>();
  let start = 0;
  for (let level = coarsestLevel(width, height); level >= 1; level /= 2) {
    const end = start + 3 * cellsOf(Math.trunc(width / level)) * cellsOf(Math.trunc(height / level));
    levels.set(level, content.subarray(start, end));
    start = end;
  }
  assert.equal(start, content.length);
  const tile = tileIn(row);
  return {
    tile,
    async measure(_photo, part, level, cells) {
      const columns = cellsOf(Math.trunc(width / level));
      const [across, down] = [part.left / (16 * level), part.top / (16 * level)];
      const codes = new Uint8Array(3 * tile.columns * tile.rows);
      for (let y = cells.top; y < cells.bottom; y++) {
        const from = 3 * ((y + down) * columns + cells.left + across);
        const of = levels.get(level) as Uint8Array;
        codes.set(of.subarray(from, from + 3 * (cells.right - cells.left)), 3 * (y - cells.top) * tile.columns);
      }
      return codes;
    },
  };
}

/** A photo that nobody reads. */
function blank(width: number, height: number): Photo {
  return new MemoryPhoto(width, height, new Uint8ClampedArray(0));
}

test("constants are those of Python", () => {
  const expected = Object.fromEntries(table("judge/constants.tsv").map(({ name, value }) => [name, Number(value)]));
  assert.deepEqual({ ...constants }, expected);
});

test("codes mean what they mean in Python", () => {
  const rows = table("judge/radius_code.tsv");
  assert.equal(rows.length, 256);
  rows.forEach((row, code) => {
    assertClose(RADIUS_PX[code], row.radius_px, `radius of ${code}`);
    assertClose(CONFIDENCE[code], row.confidence, `confidence of ${code}`);
    assertClose(MOTION[code], row.motion, `motion of ${code}`);
  });
});

test("a tile of any photo and level has Python's bytes", () => {
  for (const row of table("judge/tiles.tsv")) {
    const photo = photoOf(row);
    const whole = { left: 0, top: 0, right: photo.width, bottom: photo.height };
    const tile = readTile(photo, whole, Number(row.level), cellsIn(row), tileIn(row));
    assert.deepEqual(tile, golden(`judge/${row.expected}`), row.expected);
  }
});

test("the layout of tiles around cells is Python's", () => {
  for (const row of table("judge/layout.tsv")) {
    const limit = { columns: Number(row.columns), rows: Number(row.rows) };
    const grown = around(cellsIn(row), limit, tileIn(row));
    assert.equal(sides(grown), row.around);
    assert.equal(tilesOver(grown, tileIn(row)).map(sides).join(";"), row.tiles);
  }
});

test("a region of any kind has Python's box, part and cells", () => {
  for (const row of table("judge/regions.tsv")) {
    const [width, height] = [Number(row.width), Number(row.height)];
    const area = areaOf(regionIn(row), width, height);
    assert.equal(sides(area.bounds), row.box);
    const part = partAround(area.bounds, width, height, coarsestLevel(width, height), { columns: 16, rows: 16 });
    assert.equal(sides(part), row.part);
    const bits = Array.from(cellsInside(area, part)).join("");
    const packed = bits.padEnd(8 * Math.ceil(bits.length / 8), "0").match(/.{4}/g) ?? [];
    assert.equal(packed.map((four) => parseInt(four, 2).toString(16)).join(""), row.cells);
  }
});

test("the verdict on the same measurements is Python's", async () => {
  for (const row of table("judge/focus.tsv")) {
    const judge = new FocusJudge(storedMeter(row));
    const atWidth = Number(row.at_width);
    const strictness = { maxRadius: Number(row.max_radius_px), ...(atWidth > 0 ? { atWidth } : {}) };
    const photo = blank(Number(row.width), Number(row.height));
    const focus =
      row.region === "subject"
        ? await judge.judgeSubject(photo, mapIn(row), strictness)
        : await judge.judge(photo, regionIn(row), strictness);
    const what = `${row.codes} ${row.region} ${row.numbers} ${row.map}`;
    assert.equal(focus.verdict, row.verdict, what);
    assert.equal(focus.reason, row.reason, what);
    assertClose(focus.radius, row.blur_radius_px, what);
    assertClose(focus.lensBlur, row.lens_blur_px, what);
    assertClose(focus.sharpWidth, row.sharp_width_px, what);
    assertClose(focus.score, row.score, what);
    assertClose(focus.confidence, row.confidence, what);
    assert.equal(focus.isMotion, row.motion === "1", what);
    const { x, y, width, height } = focus.box;
    assert.equal([x, y, x + width, y + height].join(), row.box, what);
    assert.equal(focus.isSubjectFound, row.region === "subject", what);
    assert.deepEqual([focus.photoWidth, focus.photoHeight], [photo.width, photo.height]);
    assert.equal(focus.atWidth, atWidth || null);
  }
});

test("the subjects of the same maps are Python's", () => {
  for (const row of table("judge/subjects.tsv")) {
    const finder = new SubjectFinder(mapIn(row));
    const boxes = finder.subjects().map(({ bounds }) => sides(bounds));
    assert.equal(boxes.join(";") || "-", row.boxes);
    assert.equal(sides(finder.leastBlurred().bounds), row.least_blurred);
  }
});

test("a region, strictness or photo that cannot be is refused", async () => {
  const judge = new FocusJudge(storedMeter(table("judge/focus.tsv")[0]));
  const photo = blank(704, 528);
  const box = { x: 0, y: 0, width: 9, height: 9 };
  const regions: Region[] = [
    { x: 704, y: 0, width: 9, height: 9 },
    { x: 0, y: 0, width: 0, height: 9 },
    { x: NaN, y: 0, width: 9, height: 9 },
    { polygon: [[0, 0], [9, 9]] },
    { polygon: [[0, 0], [9, 9], [0, Infinity]] },
    { points: [] },
    { points: [[704, 1]] },
    { mask: new Uint8Array(704 * 528) },
    { mask: new Uint8Array(7).fill(1) },
  ];
  const isArgument = (error: unknown): boolean => error instanceof DbdError && error.kind === "argument";
  for (const region of regions) {
    await assert.rejects(judge.judge(photo, region, {}), isArgument, JSON.stringify(region).slice(0, 80));
  }
  for (const strictness of [{ maxRadius: 1.2 }, { maxRadius: NaN }, { atWidth: 0 }, { atWidth: 1.5 }]) {
    await assert.rejects(judge.judge(photo, box, strictness), isArgument);
  }
  const isImage = (error: unknown): boolean => error instanceof DbdError && error.kind === "image";
  await assert.rejects(judge.judge(blank(704, 63), box, {}), isImage);
});
