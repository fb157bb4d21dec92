import type { Photo } from "../photo.js";
import { CELL } from "./constants.js";
import type { Cells, TileSize } from "./tiles.js";

/** A part of a photo in whole pixels: the last column and row are not part of it. */
export type Part = Cells;

/**
 * Cuts cells of a level out of a part of a photo: its own pixels, or halved again and again, each pixel
 * the rounded mean of two by two of the level before. The bytes are the Python library's. What lies
 * beyond the level's edge repeats its last pixels.
 *
 * @param level by how much the photo is reduced: 1, 2, 4 or 8
 * @returns a whole tile's red, green and blue bytes, row by row
 */
export function readTile(photo: Photo, part: Part, level: number, cells: Cells, tile: TileSize): Uint8Array {
  const x = cells.left * CELL;
  const y = cells.top * CELL;
  const columns = Math.min(cells.right * CELL, Math.trunc((part.right - part.left) / level)) - x;
  const rows = Math.min(cells.bottom * CELL, Math.trunc((part.bottom - part.top) / level)) - y;
  let pixels = photo.read(part.left + level * x, part.top + level * y, level * columns, level * rows);
  for (let side = level; side > 1; side /= 2) {
    pixels = halved(pixels, side * columns, side * rows);
  }
  return filled(pixels, columns, rows, tile);
}

/** Half as many rows and columns of RGBA pixels; both are even. */
function halved(rgba: Uint8ClampedArray, columns: number, rows: number): Uint8ClampedArray {
  const half = new Uint8ClampedArray(rgba.length / 4);
  const below = 4 * columns;
  for (let row = 0, to = 0; row < rows; row += 2) {
    for (let from = row * below, end = from + below; from < end; from += 8, to += 4) {
      for (let at = from, i = to; i < to + 3; at++, i++) {
        half[i] = (rgba[at] + rgba[at + 4] + rgba[at + below] + rgba[at + below + 4] + 2) >> 2;
      }
    }
  }
  return half;
}

function filled(rgba: Uint8ClampedArray, columns: number, rows: number, tile: TileSize): Uint8Array {
  const width = tile.columns * CELL;
  const height = tile.rows * CELL;
  const rgb = new Uint8Array(width * height * 3);
  for (let row = 0, to = 0; row < height; row++) {
    const start = Math.min(row, rows - 1) * columns;
    for (let column = 0; column < width; column++, to += 3) {
      const from = 4 * (start + Math.min(column, columns - 1));
      rgb[to] = rgba[from];
      rgb[to + 1] = rgba[from + 1];
      rgb[to + 2] = rgba[from + 2];
    }
  }
  return rgb;
}
