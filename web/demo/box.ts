/** Boxes on a picture, in its pixels: from a tap, a stroke or the keyboard to whole numbers inside it. */

import type { Box } from "dbd-mobile";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

// As in the Android app: a tapped square is a fifth of the shorter side.
const TAPPED_SHARE = 0.2;
// So many steps of the keyboard are the longer side.
const STEPS = 40;

/** The square around a tap, moved into the picture where it would reach out. */
export function tapped(at: Point, size: Size): Box {
  const side = Math.max(1, Math.round(Math.min(size.width, size.height) * TAPPED_SHARE));
  return {
    x: between(Math.round(at.x - side / 2), 0, size.width - side),
    y: between(Math.round(at.y - side / 2), 0, size.height - side),
    width: side,
    height: side,
  };
}

/** The box between two corners, cut to the picture; one pixel a side at least. */
export function drawn(from: Point, to: Point, size: Size): Box {
  const left = between(Math.round(Math.min(from.x, to.x)), 0, size.width - 1);
  const top = between(Math.round(Math.min(from.y, to.y)), 0, size.height - 1);
  const right = between(Math.round(Math.max(from.x, to.x)), left + 1, size.width);
  const bottom = between(Math.round(Math.max(from.y, to.y)), top + 1, size.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The box moved by steps of the keyboard, as far as the picture reaches. */
export function moved(box: Box, across: number, down: number, size: Size): Box {
  const step = stepOf(size);
  return {
    ...box,
    x: between(box.x + across * step, 0, size.width - box.width),
    y: between(box.y + down * step, 0, size.height - box.height),
  };
}

/** The box with its right and lower side moved by steps of the keyboard. */
export function resized(box: Box, across: number, down: number, size: Size): Box {
  const step = stepOf(size);
  return {
    ...box,
    width: between(box.width + across * step, 1, size.width - box.x),
    height: between(box.height + down * step, 1, size.height - box.y),
  };
}

function stepOf(size: Size): number {
  return Math.max(1, Math.round(Math.max(size.width, size.height) / STEPS));
}

function between(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
