/**
 * A part of a photo and a region in it in; one measurement for each cell of the photo's own pixels, with
 * bounded work, out. Coarse levels are looked at in full, finer ones only where they may say more than
 * the coarse ones did. The Python library's coarse_to_fine.py and reading.py, level by level.
 */
import { halfToEven } from "../half_to_even.js";
import type { Photo } from "../photo.js";
import {
  FEW_TILES,
  FULL_LEVEL,
  MAX_TILES,
  MIN_CONFIDENCE,
  RELIABLE_PX,
  SOFT_PX,
  SPREAD_BITS,
  SPREAD_FACTOR,
  WEIGHT_STEPS,
} from "./constants.js";
import { CONFIDENCE, inPhoto, MOTION, RADIUS_PX } from "./radius_code.js";
import type { TileMeter } from "./tile_meter.js";
import type { Part } from "./tile_reader.js";
import { around, type Cells, cellsOf, tilesOver } from "./tiles.js";

/** By cell of the photo's own pixels, row by row. */
export interface Measurements {
  /** Measured radius in the photo's pixels. */
  readonly radius: Float32Array;
  /** How likely the radius is right. */
  readonly confidence: Float32Array;
  /** How likely the blur is one of motion. */
  readonly motion: Float32Array;
  /** 1 where a level was sure. */
  readonly isMeasured: Uint8Array;
  /** For how many cells of the region it stands; 0 outside of it. */
  readonly weight: Float64Array;
}

/**
 * Looks at a region.
 *
 * @param coarsest the photo's coarsest level
 * @param inside 1 for each of the region's cells, row by row, at least one
 */
export async function look(
  meter: TileMeter,
  photo: Photo,
  part: Part,
  coarsest: number,
  inside: Uint8Array,
): Promise<Measurements> {
  const seen = new Look(meter, photo, part, inside);
  for (let level = coarsest; level >= 1; level /= 2) {
    let tiles = seen.touched(level, seen.tilesOver(level), inside);
    if (level < FULL_LEVEL && level !== coarsest && tiles.length > FEW_TILES) {
      tiles = seen.worth(level, seen.touched(level, tiles, seen.isOpen));
    }
    const codes = await seen.read(level, tiles);
    seen.letStandForOthers(codes);
    seen.take(codes);
  }
  return seen;
}

/**
 * Looks at a few tiles of a region at the photo's own size, which needs no reduced copies. What was not
 * looked at counts for nothing.
 */
export async function glance(meter: TileMeter, photo: Photo, part: Part, inside: Uint8Array): Promise<Measurements> {
  const seen = new Look(meter, photo, part, inside);
  const tiles = seen.touched(1, seen.tilesOver(1), inside);
  // All of the region is worth a look.
  seen.isKnown.set(inside);
  const codes = await seen.read(1, seen.worth(1, tiles));
  seen.take(codes);
  codes.isLooked.forEach((isLooked, i) => (seen.weight[i] = inside[i] && isLooked ? 1 : 0));
  return seen;
}

/** What a model said of a level's cells, row by row. */
interface Reading {
  readonly level: number;
  readonly columns: number;
  readonly rows: number;
  /** Three for each cell. */
  readonly codes: Uint8Array;
  readonly isLooked: Uint8Array;
}

class Look implements Measurements {
  readonly radius: Float32Array;
  readonly confidence: Float32Array;
  readonly motion: Float32Array;
  readonly isMeasured: Uint8Array;
  readonly weight: Float64Array;
  /** Cells that a finer level may say more about. */
  readonly isOpen: Uint8Array;
  /** Cells that some level so far is sure of. */
  readonly isKnown: Uint8Array;

  readonly #meter: TileMeter;
  readonly #photo: Photo;
  readonly #part: Part;
  readonly #width: number;
  readonly #height: number;
  readonly #columns: number;
  readonly #rows: number;
  /** Cells around the region. */
  readonly #bounds: Cells;

  constructor(meter: TileMeter, photo: Photo, part: Part, inside: Uint8Array) {
    this.#meter = meter;
    this.#photo = photo;
    this.#part = part;
    this.#width = part.right - part.left;
    this.#height = part.bottom - part.top;
    this.#columns = cellsOf(this.#width);
    this.#rows = cellsOf(this.#height);
    const cells = this.#columns * this.#rows;
    this.radius = new Float32Array(cells);
    this.confidence = new Float32Array(cells);
    this.motion = new Float32Array(cells);
    this.isMeasured = new Uint8Array(cells);
    this.weight = Float64Array.from(inside);
    this.isOpen = inside.slice();
    this.isKnown = new Uint8Array(cells);
    this.#bounds = boundsOf(inside, this.#columns, this.#rows);
  }

  /** Tiles over the region and what is around it. */
  tilesOver(level: number): Cells[] {
    const columns = cellsOf(Math.trunc(this.#width / level));
    const rows = cellsOf(Math.trunc(this.#height / level));
    const bounds = this.#bounds;
    // An odd last row is left out when a level is halved: its cell may have none of its own.
    const right = Math.min(Math.trunc((bounds.right - 1) / level) + 1, columns);
    const bottom = Math.min(Math.trunc((bounds.bottom - 1) / level) + 1, rows);
    const left = Math.min(Math.trunc(bounds.left / level), right - 1);
    const top = Math.min(Math.trunc(bounds.top / level), bottom - 1);
    const { tile } = this.#meter;
    return tilesOver(around({ left, top, right, bottom }, { columns, rows }, tile), tile);
  }

  /** Those tiles that hold one of some cells at least. */
  touched(level: number, tiles: Cells[], cells: Uint8Array): Cells[] {
    return tiles.filter((tile) => this.#count(level, tile, (i) => cells[i] === 1) > 0);
  }

  /** At most so many of some tiles, those first that hold much of what is worth a look. */
  worth(level: number, tiles: Cells[]): Cells[] {
    if (tiles.length <= MAX_TILES) {
      return tiles;
    }
    const areas = tiles.map((tile) => this.#count(level, tile, (i) => this.isOpen[i] === 1 && this.isKnown[i] === 1));
    const largest = Math.max(...areas);
    const order = areas.map((area, i) => ({
      i,
      isSmall: 2 * area < largest ? 1 : 0,
      // All over the region: multiples of the golden ratio.
      place: (i * SPREAD_FACTOR) & SPREAD_BITS,
    }));
    order.sort((one, other) => one.isSmall - other.isSmall || one.place - other.place || one.i - other.i);
    const chosen = order.slice(0, MAX_TILES).map(({ i }) => i);
    return chosen.sort((one, other) => one - other).map((i) => tiles[i]);
  }

  /** How many cells of the finest level that lie in a tile are of a kind. */
  #count(level: number, tile: Cells, isOne: (cell: number) => boolean): number {
    const right = Math.min(level * tile.right, this.#columns);
    const bottom = Math.min(level * tile.bottom, this.#rows);
    let count = 0;
    for (let row = level * tile.top; row < bottom; row++) {
      for (let column = level * tile.left; column < right; column++) {
        count += isOne(row * this.#columns + column) ? 1 : 0;
      }
    }
    return count;
  }

  /** Looks at some tiles of a level. */
  async read(level: number, tiles: Cells[]): Promise<Reading> {
    const columns = cellsOf(Math.trunc(this.#width / level));
    const rows = cellsOf(Math.trunc(this.#height / level));
    const codes = new Uint8Array(3 * columns * rows);
    const isLooked = new Uint8Array(columns * rows);
    for (const tile of tiles) {
      const said = await this.#meter.measure(this.#photo, this.#part, level, tile);
      for (let row = tile.top; row < tile.bottom; row++) {
        const from = 3 * (row - tile.top) * this.#meter.tile.columns;
        const to = row * columns + tile.left;
        const across = tile.right - tile.left;
        codes.set(said.subarray(from, from + 3 * across), 3 * to);
        isLooked.fill(1, to, to + across);
      }
    }
    return { level, columns, rows, codes, isLooked };
  }

  /** For each cell of the photo, that of a level in which it lies. */
  #each({ level, columns, rows }: Reading, visit: (cell: number, ofLevel: number) => void): void {
    for (let row = 0, i = 0; row < this.#rows; row++) {
      const start = Math.min(Math.trunc(row / level), rows - 1) * columns;
      for (let column = 0; column < this.#columns; column++, i++) {
        visit(i, start + Math.min(Math.trunc(column / level), columns - 1));
      }
    }
  }

  /** Moves the weight of cells that may be told more of, but were not looked at, to the others. */
  letStandForOthers(reading: Reading): void {
    let total = 0;
    let seen = 0;
    this.#each(reading, (i, ofLevel) => {
      if (this.isOpen[i] && this.isKnown[i]) {
        total += this.weight[i];
        seen += reading.isLooked[ofLevel] ? this.weight[i] : 0;
      }
    });
    const factor = seen === 0 ? 1 : total / seen;
    this.#each(reading, (i, ofLevel) => {
      if (this.isOpen[i] && this.isKnown[i]) {
        this.weight[i] = reading.isLooked[ofLevel] ? inSteps(this.weight[i] * factor) : 0;
      }
    });
  }

  /** Takes over what a level says, where it counts. */
  take(reading: Reading): void {
    const { level, codes } = reading;
    const radii = RADIUS_PX.map((radius) => inPhoto(radius, level));
    const reliable = inPhoto(RELIABLE_PX, level);
    const large = inPhoto(RELIABLE_PX / 2, level);
    const soft = level > 1 ? inPhoto(SOFT_PX, level) : 0;
    const minConfidence = Math.fround(MIN_CONFIDENCE);
    this.#each(reading, (i, ofLevel) => {
      if (!reading.isLooked[ofLevel]) {
        this.isOpen[i] &= 1 - this.isKnown[i];
        return;
      }
      const here = radii[codes[3 * ofLevel]];
      const sure = CONFIDENCE[codes[3 * ofLevel + 1]];
      const isSure = sure >= minConfidence;
      if (isSure) {
        // Half the reliable radius here is all of it on the next finer level. Where a coarser level saw a
        // blurred surrounding, this one may see a sharp part.
        this.isOpen[i] = here < large && (this.isOpen[i] === 1 || this.weight[i] > 0) ? 1 : 0;
        this.isKnown[i] = 1;
      }
      const counts = isSure && (here < reliable || !this.isMeasured[i]) && here >= soft;
      if (counts || !this.isMeasured[i]) {
        this.radius[i] = here;
        this.confidence[i] = sure;
        this.motion[i] = MOTION[codes[3 * ofLevel + 2]];
      }
      this.isMeasured[i] |= counts ? 1 : 0;
    });
  }
}

function boundsOf(inside: Uint8Array, columns: number, rows: number): Cells {
  const bounds = { left: columns, top: rows, right: 0, bottom: 0 };
  inside.forEach((isInside, i) => {
    if (isInside) {
      const column = i % columns;
      const row = Math.trunc(i / columns);
      bounds.left = Math.min(bounds.left, column);
      bounds.right = Math.max(bounds.right, column + 1);
      bounds.top = Math.min(bounds.top, row);
      bounds.bottom = row + 1;
    }
  });
  return bounds;
}

/** Rounded so that sums of weights are exact, in whatever order: as they are in Python. */
function inSteps(weight: number): number {
  return halfToEven(weight * WEIGHT_STEPS) / WEIGHT_STEPS;
}
