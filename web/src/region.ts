import type { Box } from "./box.js";

/** x and y of a place in the upright photo's pixels. */
export type Place = readonly [x: number, y: number];

/**
 * A part of an upright photo: a box, of which what sticks out of the photo is cut off; what lies within
 * a polygon, by the even-odd rule; what lies within 24 pixels of some points, e.g. eyes; or what a mask
 * of the photo's size, a byte a pixel, marks with other bytes than 0.
 */
export type Region =
  | Box
  | { readonly polygon: readonly Place[] }
  | { readonly points: readonly Place[] }
  | { readonly mask: Uint8Array };
