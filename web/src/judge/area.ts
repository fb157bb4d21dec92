/** A region in a photo in; which of its cells belong to it out. */
import { type Box } from "../box.js";
import { DbdError } from "../errors.js";
import type { Place, Region } from "../region.js";
import { CELL, POINT_RADIUS_PX } from "./constants.js";
import type { Part } from "./tile_reader.js";
import { cellsOf } from "./tiles.js";

/** A region of a photo of a known size. */
export interface Area {
  /** What to call it in sentences. */
  readonly name: string;
  /** The pixels around it, in the photo. */
  readonly bounds: Part;
  /** Whether a place within the bounds belongs to it. */
  contains(x: number, y: number): boolean;
}

/**
 * Lays a region over a photo.
 *
 * @throws DbdError it is empty, does not lie in the photo, or is not a region
 */
export function areaOf(region: Region, width: number, height: number): Area {
  if ("polygon" in region) {
    const corners = finite(region.polygon, "polygon", 3);
    return {
      name: "polygon",
      bounds: clipped(...extent(corners, 0), width, height),
      contains: (x, y) => isWithin(corners, x, y),
    };
  }
  if ("points" in region) {
    const points = finite(region.points, "list of points", 1);
    const outside = points.find(([x, y]) => x < 0 || y < 0 || x >= width || y >= height);
    if (outside !== undefined) {
      throw new DbdError("argument", `A point lies in the photo of ${width}x${height}, got ${outside.join(",")}.`);
    }
    return {
      name: "points",
      bounds: clipped(...extent(points, POINT_RADIUS_PX), width, height),
      contains: (x, y) =>
        points.some(([px, py]) => (x - px) * (x - px) + (y - py) * (y - py) <= POINT_RADIUS_PX * POINT_RADIUS_PX),
    };
  }
  if ("mask" in region) {
    const { mask } = region;
    if (mask.length !== width * height) {
      throw new DbdError(
        "argument",
        `A mask has a byte for each of the photo's ${width}x${height} pixels, got ${mask.length}.`,
      );
    }
    return gridArea("mask", (i) => mask[i] !== 0, width, height, width, height);
  }
  const { x, y, width: across, height: down }: Box = region;
  return boxArea("box", clipped(x, y, x + across, y + down, width, height));
}

/** All of a photo. */
export function wholeArea(width: number, height: number): Area {
  return boxArea("photo", { left: 0, top: 0, right: width, bottom: height });
}

function boxArea(name: string, bounds: Part): Area {
  return { name, bounds, contains: () => true };
}

/**
 * Some places of a grid over the whole photo.
 *
 * @throws DbdError it has none
 */
export function gridArea(
  name: string,
  isPart: (place: number) => boolean,
  columns: number,
  rows: number,
  width: number,
  height: number,
): Area {
  let [left, top, right, bottom] = [columns, rows, 0, 0];
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      if (isPart(i)) {
        left = Math.min(left, column);
        right = Math.max(right, column + 1);
        top = Math.min(top, row);
        bottom = row + 1;
      }
    }
  }
  if (right === 0) {
    throw new DbdError("argument", `A ${name} marks one pixel at least, got one that is empty.`);
  }
  return {
    name,
    bounds: {
      left: Math.floor((left * width) / columns),
      top: Math.floor((top * height) / rows),
      right: Math.ceil((right * width) / columns),
      bottom: Math.ceil((bottom * height) / rows),
    },
    contains: (x, y) => {
      const row = Math.min(Math.trunc((y * rows) / height), rows - 1);
      const column = Math.min(Math.trunc((x * columns) / width), columns - 1);
      return isPart(row * columns + column);
    },
  };
}

/**
 * Says which cells of a part of the photo belong to an area, by their middles: one at least, as an area
 * between the middles has the cell that is nearest to its own middle.
 *
 * @returns 1 for each cell inside, row by row
 */
export function cellsInside(area: Area, part: Part): Uint8Array {
  const { bounds } = area;
  const xs = middles(part.left, part.right);
  const ys = middles(part.top, part.bottom);
  const inside = Uint8Array.from({ length: xs.length * ys.length }, (_, i) => {
    const x = xs[i % xs.length];
    const y = ys[Math.trunc(i / xs.length)];
    const isNear = x >= bounds.left && x < bounds.right && y >= bounds.top && y < bounds.bottom;
    return isNear && area.contains(x, y) ? 1 : 0;
  });
  if (!inside.includes(1)) {
    const row = nearest(ys, (bounds.top + bounds.bottom) / 2);
    inside[row * xs.length + nearest(xs, (bounds.left + bounds.right) / 2)] = 1;
  }
  return inside;
}

/** The middles of cells; that of a last one that sticks out is of what lies in the photo. */
function middles(start: number, end: number): number[] {
  return Array.from({ length: cellsOf(end - start) }, (_, cell) => {
    const first = start + CELL * cell;
    return (first + Math.min(first + CELL, end)) / 2;
  });
}

function nearest(places: number[], wanted: number): number {
  return places.reduce((best, place, i) => (Math.abs(place - wanted) < Math.abs(places[best] - wanted) ? i : best), 0);
}

function finite(places: readonly Place[], what: string, atLeast: number): readonly Place[] {
  if (places.length < atLeast) {
    throw new DbdError("argument", `A ${what} has at least ${atLeast} places, got ${places.length}.`);
  }
  if (!places.every((place) => place.length === 2 && place.every(Number.isFinite))) {
    throw new DbdError("argument", `A ${what} has finite numbers only, x and y of each place, got others.`);
  }
  return places;
}

function extent(places: readonly Place[], margin: number): [number, number, number, number] {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  return [Math.min(...xs) - margin, Math.min(...ys) - margin, Math.max(...xs) + margin, Math.max(...ys) + margin];
}

function isWithin(corners: readonly Place[], x: number, y: number): boolean {
  let isInside = false;
  corners.forEach(([fromX, fromY], i) => {
    const [toX, toY] = corners[(i + 1) % corners.length];
    if (fromY > y !== toY > y && x < fromX + ((y - fromY) * (toX - fromX)) / (toY - fromY)) {
      isInside = !isInside;
    }
  });
  return isInside;
}

/** Cuts a box to the photo and to whole pixels, all of those that it touches. */
function clipped(left: number, top: number, right: number, bottom: number, width: number, height: number): Part {
  const first = Math.max(left, 0);
  const upper = Math.max(top, 0);
  const last = Math.min(right, width);
  const lower = Math.min(bottom, height);
  // False for anything that is not a number, too.
  if (!(left < right && top < bottom && first < last && upper < lower)) {
    throw new DbdError(
      "argument",
      `A box has at least one pixel in the photo of ${width}x${height}, got ${left},${top} to ${right},${bottom}.`,
    );
  }
  return { left: Math.floor(first), top: Math.floor(upper), right: Math.ceil(last), bottom: Math.ceil(lower) };
}
