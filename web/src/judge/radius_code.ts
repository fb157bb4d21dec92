/** What the bytes that a model that measures blur gives stand for, by the code 0 to 255. */
import {
  CRISP_PX,
  HIGHEST_LOG2_RADIUS,
  HIGHEST_LOG2_SPREAD,
  LOWEST_LOG2_RADIUS,
  LOWEST_LOG2_SPREAD,
  TOLERANCE,
} from "./constants.js";

const CODES = 256;

/** The radius in pixels of what was looked at; a crisp photo has 1 to 1.5. */
export const RADIUS_PX = byCode((code) => 2 ** between(LOWEST_LOG2_RADIUS, HIGHEST_LOG2_RADIUS, code));

/** The probability that the radius is right to a factor of 1.41. */
export const CONFIDENCE = byCode((code) =>
  errorFunction(TOLERANCE / 2 ** between(LOWEST_LOG2_SPREAD, HIGHEST_LOG2_SPREAD, code) / Math.SQRT2),
);

/** The probability that the blur is one of motion. */
export const MOTION = byCode((code) => code / CODES);

/**
 * A radius that was measured in pixels of the photo reduced by a level, 1, 2, 4 or 8, in the photo's. A
 * crisp edge has the same radius on every level: only what the lens added is larger in the photo.
 */
export function inPhoto(radiusPx: number, level: number): number {
  const crisp = CRISP_PX * CRISP_PX;
  const square = radiusPx * radiusPx;
  return Math.fround(Math.sqrt(Math.max(crisp + level * level * (square - crisp), square)));
}

function byCode(value: (code: number) => number): Float32Array {
  return Float32Array.from({ length: CODES }, (_, code) => value(code));
}

function between(low: number, high: number, code: number): number {
  return low + ((high - low) * code) / CODES;
}

/** erf(x) for x of 0 or more, by the series whose terms are all positive. */
function errorFunction(x: number): number {
  if (x > 6) {
    return 1;
  }
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
