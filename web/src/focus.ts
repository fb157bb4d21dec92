import type { Box } from "./box.js";

/**
 * What a region is like: sharp enough, up to twice as blurred as that, more than that, or without
 * anything to judge by.
 */
export type Verdict = "sharp" | "soft" | "blurred" | "undecidable";

/** Whether a region of a photo is in focus, and how that was found. */
export interface Focus {
  readonly verdict: Verdict;
  /** The verdict and the numbers in a sentence, e.g. "sharp at 100 %: blur radius 1.3 px". */
  readonly reason: string;
  /** Measured radius of the circle of confusion in the photo's own pixels, 1 to 1.5 for a crisp photo. */
  readonly radius: number | null;
  /** Radius of what lens and motion added, in the photo's own pixels; 0 for a crisp photo. */
  readonly lensBlur: number | null;
  /** The largest width in pixels at which the region looks sharp, 1 to the photo's. */
  readonly sharpWidth: number | null;
  /** How sharp it looks at `atWidth`, or else at 1920 pixels: 0 = blurred to 1 = crisp. */
  readonly score: number | null;
  /** Whether the blur is one of motion rather than of focus. */
  readonly isMotion: boolean;
  /** How likely the measured radius is right to a factor of 1.41, 0 to 1. */
  readonly confidence: number;
  /** The region's bounding box in whole pixels. */
  readonly box: Box;
  /** Whether no region was given, so that it looked for the subject. */
  readonly isSubjectFound: boolean;
  /** Columns of the upright photo. */
  readonly photoWidth: number;
  /** Rows of the upright photo. */
  readonly photoHeight: number;
  /** The width in pixels that it was judged at; null for the photo's own. */
  readonly atWidth: number | null;
}
