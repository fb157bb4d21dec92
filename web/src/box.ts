import { DbdError } from "./errors.js";

/** A box in the pixels of the upright photo; numbers may be whole or not. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Checks that a box has an area and lies in a photo. */
export function checkInPhoto(box: Box, photoWidth: number, photoHeight: number): void {
  const isInside =
    box.x >= 0 &&
    box.y >= 0 &&
    box.width > 0 &&
    box.height > 0 &&
    box.x + box.width <= photoWidth &&
    box.y + box.height <= photoHeight;
  // False for anything that is not a number, too.
  if (!isInside) {
    throw new DbdError(
      "argument",
      `A box has an area and lies in the photo of ${photoWidth}x${photoHeight}, got ` +
        `${box.width}x${box.height} at ${box.x},${box.y}.`,
    );
  }
}
