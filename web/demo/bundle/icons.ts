/** Draws the page's icon: the corners of a viewfinder around a point that is in focus. */

import { encodePng } from "./png.js";

const INK = [0xc2, 0x2b, 0x00] as const;
const GROUND = [0xff, 0xff, 0xff] as const;
// In a square of 32 units: a line's half width, the corners' distance from the edge and their length.
const HALF_LINE = 1.5;
const CORNER = 4.5;
const ARM = 7;
const POINT_RADIUS = 6;
const SAMPLES = 4;

/**
 * The icon on white, as a PNG file.
 *
 * @param side pixels
 * @param scale 1 to fill the square; less where a phone cuts the icon to a shape of its own
 */
export function drawIcon(side: number, scale: number): Uint8Array {
  const rgba = new Uint8Array(4 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let inked = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const across = (x + ((sample % SAMPLES) + 0.5) / SAMPLES) / side - 0.5;
        const down = (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / side - 0.5;
        if (isInk((32 * across) / scale, (32 * down) / scale)) inked++;
      }
      const share = inked / (SAMPLES * SAMPLES);
      const at = 4 * (y * side + x);
      INK.forEach((ink, i) => {
        rgba[at + i] = Math.round(share * ink + (1 - share) * (GROUND[i] ?? 0));
      });
      rgba[at + 3] = 255;
    }
  }
  return encodePng(side, side, rgba);
}

/** Whether a point, in units from the middle, belongs to the sign. */
function isInk(x: number, y: number): boolean {
  if (Math.hypot(x, y) <= POINT_RADIUS) return true;
  // All four corners are alike.
  const across = 16 - CORNER - Math.abs(x);
  const down = 16 - CORNER - Math.abs(y);
  const isOnVertical = Math.abs(across) <= HALF_LINE && down >= -HALF_LINE && down <= ARM;
  const isOnHorizontal = Math.abs(down) <= HALF_LINE && across >= -HALF_LINE && across <= ARM;
  return isOnVertical || isOnHorizontal;
}

/** The same sign for where the browser scales it. */
export const ICON_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="none" stroke="#c22b00" ' +
  'stroke-width="3" d="M4.5 11.5v-7h7m9 0h7v7m0 9v7h-7m-9 0h-7v-7"/><circle cx="16" cy="16" r="6" ' +
  'fill="#c22b00"/></svg>\n';
