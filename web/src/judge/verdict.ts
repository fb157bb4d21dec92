import type { Box } from "../box.js";
import { DbdError } from "../errors.js";
import type { Focus, Verdict } from "../focus.js";
import type { Strictness } from "../strictness.js";
import {
  CRISP_PX,
  HALF_SCORE_PX,
  MAX_RADIUS_PX,
  MAX_WIDTH,
  MIN_CELLS,
  SCORE_POWER,
  SCORE_WIDTH,
  SOFT_FACTOR,
} from "./constants.js";
import type { RegionStatistic } from "./region_statistic.js";

/** What was looked at. */
export interface Seen {
  /** How many cells the region has. */
  readonly cells: number;
  /** What to call the region. */
  readonly where: string;
  /** What the reason starts with, or "". */
  readonly remark: string;
  readonly box: Box;
  readonly isSubjectFound: boolean;
  readonly photoWidth: number;
  readonly photoHeight: number;
}

/** A strictness whose numbers are all there and were checked. */
export interface Limits {
  readonly maxRadius: number;
  /** Null for the photo's own. */
  readonly atWidth: number | null;
}

/**
 * Checks a strictness.
 *
 * @throws DbdError a number is out of range
 */
export function limitsOf({ maxRadius = MAX_RADIUS_PX, atWidth }: Strictness): Limits {
  if (!(maxRadius >= CRISP_PX && maxRadius < Infinity)) {
    throw new DbdError("argument", `maxRadius is a number from ${CRISP_PX}, got ${maxRadius}.`);
  }
  if (atWidth !== undefined && !(Number.isInteger(atWidth) && atWidth >= 1 && atWidth <= MAX_WIDTH)) {
    throw new DbdError("argument", `atWidth is a whole number of pixels from 1 to ${MAX_WIDTH}, got ${atWidth}.`);
  }
  return { maxRadius, atWidth: atWidth ?? null };
}

/** Says what a region's measurements mean. */
export function focusOf(statistic: RegionStatistic, { maxRadius, atWidth }: Limits, seen: Seen): Focus {
  const { radius, isMotion, confidence } = statistic;
  const { box, isSubjectFound, photoWidth, photoHeight } = seen;
  const shared = { isMotion, confidence, box, isSubjectFound, photoWidth, photoHeight, atWidth };
  if (radius === null) {
    const reason = seen.remark + undecidable(seen);
    return { verdict: "undecidable", reason, radius, lensBlur: null, sharpWidth: null, score: null, ...shared };
  }
  const lensBlur = lensBlurOf(radius);
  const radiusAt = (width: number): number => Math.hypot(CRISP_PX, (lensBlur * width) / photoWidth);
  const verdict = verdictOf(radiusAt(atWidth ?? photoWidth), maxRadius);
  const atFull = verdictOf(radiusAt(photoWidth), maxRadius);
  const sharpWidth = lensBlur > 0 ? (photoWidth * lensBlurOf(maxRadius)) / lensBlur : photoWidth;
  const halves = (lensBlur * (atWidth ?? SCORE_WIDTH)) / photoWidth / HALF_SCORE_PX;
  return {
    verdict,
    reason: seen.remark + decided(verdict, atFull, atWidth, radius, isMotion),
    radius,
    lensBlur,
    sharpWidth: Math.max(Math.trunc(Math.min(photoWidth, sharpWidth)), 1),
    score: 1 / (1 + halves ** SCORE_POWER),
    ...shared,
  };
}

/** What the lens added to a measured radius; 0 for a crisp one. */
function lensBlurOf(radius: number): number {
  return Math.sqrt(Math.max(radius * radius - CRISP_PX * CRISP_PX, 0));
}

function verdictOf(radius: number, maxRadius: number): Verdict {
  if (radius <= maxRadius) {
    return "sharp";
  }
  return radius <= SOFT_FACTOR * maxRadius ? "soft" : "blurred";
}

function undecidable({ cells, where }: Seen): string {
  return cells < MIN_CELLS
    ? `the ${where} is too small to judge: take one of 32 pixels a side or more`
    : `no texture in the ${where} that could be sharp or not`;
}

function decided(verdict: Verdict, atFull: Verdict, atWidth: number | null, radius: number, isMotion: boolean): string {
  const said = (what: Verdict): string => (what !== "sharp" && isMotion ? `${what} by motion` : what);
  const measured = `blur radius ${tenths(radius)} px`;
  if (atWidth === null) {
    return `${said(verdict)} at 100 %: ${measured}`;
  }
  if (verdict !== "sharp") {
    return `${said(verdict)} at ${atWidth} pixels: ${measured}`;
  }
  const full = atFull === "sharp" ? " and at 100 %" : `, ${said(atFull)} at 100 %`;
  return `sharp to the eye at ${atWidth} pixels${full}: ${measured}`;
}

/** With one decimal, as Python rounds: what lies in the middle of two goes to the even one. */
function tenths(radius: number): string {
  const isMiddle = Math.abs(radius * 4) % 2 === 1;
  const below = Math.floor(radius * 10);
  return isMiddle ? ((below + (below % 2)) / 10).toFixed(1) : radius.toFixed(1);
}
