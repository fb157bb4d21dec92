import { CELL, COARSEST_LEVEL, MARGIN_CELLS, SMALLEST_SIDE } from "./constants.js";

/** A rectangle of cells of one level: the last column and row are not part of it. */
export interface Cells {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Cells of a tile, across and down. */
export interface TileSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The coarsest level of a photo: twice as coarse as the one before, as long as there is enough of the
 * photo left to judge a cell by what is around it.
 */
export function coarsestLevel(width: number, height: number): number {
  let level = 1;
  while (level < COARSEST_LEVEL && Math.trunc(Math.min(width, height) / (2 * level)) >= SMALLEST_SIDE) {
    level *= 2;
  }
  return level;
}

/** Cells that cover so many pixels; the last may stick out. */
export function cellsOf(pixels: number): number {
  return Math.ceil(pixels / CELL);
}

/** Grows a rectangle by a margin, and to a tile at least, as far as a level has cells. */
export function around(cells: Cells, limit: TileSize, tile: TileSize): Cells {
  const [left, right] = sideAround(cells.left, cells.right, limit.columns, tile.columns);
  const [top, bottom] = sideAround(cells.top, cells.bottom, limit.rows, tile.rows);
  return { left, top, right, bottom };
}

function sideAround(start: number, end: number, limit: number, tile: number): [start: number, end: number] {
  const first = Math.max(start - MARGIN_CELLS, 0);
  const last = Math.min(end + MARGIN_CELLS, limit);
  const missing = tile - (last - first);
  if (missing <= 0) {
    return [first, last];
  }
  const moved = Math.max(Math.min(first - Math.trunc(missing / 2), limit - tile), 0);
  return [moved, Math.min(moved + tile, limit)];
}

/** The tiles that cover a rectangle, row by row; the last ones are moved back to end with it. */
export function tilesOver(cells: Cells, tile: TileSize): Cells[] {
  const lefts = starts(cells.left, cells.right, tile.columns);
  return starts(cells.top, cells.bottom, tile.rows).flatMap((top) =>
    lefts.map((left) => ({
      left,
      top,
      right: Math.min(left + tile.columns, cells.right),
      bottom: Math.min(top + tile.rows, cells.bottom),
    })),
  );
}

function starts(start: number, end: number, side: number): number[] {
  const last = Math.max(end - side, start);
  return Array.from({ length: Math.ceil((end - start) / side) }, (_, i) => Math.min(start + i * side, last));
}
