import { type Box, checkInPhoto } from "./box.js";
import { DbdError } from "./errors.js";
import { halfToEven } from "./half_to_even.js";
import type { Quantization } from "./quantization.js";
import type { RgbImage } from "./rgb_image.js";

const IN_FOCUS_FROM = 0.5;
const BLURRED_FROM = 0.5;

const TINT = [255, 48, 0] as const;
const TINT_OPACITY = 153;
const PEAKING_COLOR = [0, 230, 118, 255] as const;

/** What a map is made of; it can be sent to another thread. */
export interface BlurMapParts {
  readonly width: number;
  readonly height: number;
  readonly photoWidth: number;
  readonly photoHeight: number;
  /** The model's output, row by row. */
  readonly bytes: Uint8Array;
  readonly quantization: Quantization;
  /** The photo as the model saw it, where that is as large as the map. */
  readonly photo: RgbImage | null;
}

/**
 * How likely each part of one photo is to be out of focus: 1 = blurred, 0 = in focus. It has the
 * model's own size and covers the photo whole; boxes are given in the photo's pixels.
 *
 * Numbers and pictures are those of the Python and the Java library for the same map, to the last bit.
 */
export class BlurMap {
  /** Columns of the map. */
  readonly width: number;
  /** Rows of the map. */
  readonly height: number;
  /** Columns of the upright photo. */
  readonly photoWidth: number;
  /** Rows of the upright photo. */
  readonly photoHeight: number;
  /** `width * height` probabilities of blur, row by row: 0 = in focus to 1 = blurred. */
  readonly values: Float32Array;
  /** @internal */
  readonly parts: BlurMapParts;
  /** By byte of the model's output. */
  readonly #levels: Float32Array;

  /** @internal */
  constructor(parts: BlurMapParts) {
    this.parts = parts;
    this.width = parts.width;
    this.height = parts.height;
    this.photoWidth = parts.photoWidth;
    this.photoHeight = parts.photoHeight;
    const { scale, zeroPoint } = parts.quantization;
    // Float times float, rounded to float, as Python's and Java's are.
    this.#levels = Float32Array.from({ length: 256 }, (_, byte) => (byte - zeroPoint) * Math.fround(scale));
    const levels = this.#levels;
    this.values = Float32Array.from(parts.bytes, (byte) => levels[byte]);
  }

  /**
   * Says which places are blurred.
   *
   * @param threshold probability from which on a place counts as blurred, 0 to 1
   * @returns `width * height` bytes, row by row: 255 = blurred, 0 = in focus
   */
  mask(threshold: number = BLURRED_FROM): Uint8Array {
    const first = this.#firstLevel(threshold);
    return this.parts.bytes.map((byte) => (byte >= first ? 255 : 0));
  }

  /** The share of places with a probability of `threshold` or more, 0 to 1. */
  blurredShare(threshold: number = BLURRED_FROM): number {
    const first = this.#firstLevel(threshold);
    let blurred = 0;
    for (const byte of this.parts.bytes) {
      blurred += byte >= first ? 1 : 0;
    }
    return blurred / this.parts.bytes.length;
  }

  /**
   * How sharp a box of the photo is, or all of it: the mean, over the places of the map that the box
   * touches, of the probability of being in focus.
   *
   * @returns 0 = all blurred to 1 = all in focus
   */
  sharpness(box: Box = { x: 0, y: 0, width: this.photoWidth, height: this.photoHeight }): number {
    checkInPhoto(box, this.photoWidth, this.photoHeight);
    const firstColumn = Math.floor((box.x * this.width) / this.photoWidth);
    const firstRow = Math.floor((box.y * this.height) / this.photoHeight);
    const endColumn = Math.ceil(((box.x + box.width) * this.width) / this.photoWidth);
    const endRow = Math.ceil(((box.y + box.height) * this.height) / this.photoHeight);
    let sum = 0;
    for (let row = firstRow; row < endRow; row++) {
      for (let column = firstColumn; column < endColumn; column++) {
        sum += this.parts.bytes[row * this.width + column];
      }
    }
    const count = (endColumn - firstColumn) * (endRow - firstRow);
    const { scale, zeroPoint } = this.parts.quantization;
    const blurred = (sum / count - zeroPoint) * scale;
    return 1 - Math.min(Math.max(blurred, 0), 1);
  }

  /**
   * Whether a box of the photo is in focus: its {@link sharpness} is 0.5 or more. Take the box within
   * the subject: background in its corners counts too.
   */
  isInFocus(box: Box): boolean {
    return this.sharpness(box) >= IN_FOCUS_FROM;
  }

  /** The map to lay over the photo: clear where in focus, the redder the more likely blurred. */
  heatMap(): ImageData {
    const rgba = new Uint8ClampedArray(this.width * this.height * 4);
    const opacities = this.#levels.map((level) =>
      halfToEven(Math.fround(Math.min(Math.max(level, 0), 1) * TINT_OPACITY)),
    );
    this.parts.bytes.forEach((byte, place) => {
      rgba.set(TINT, 4 * place);
      rgba[4 * place + 3] = opacities[byte];
    });
    return new ImageData(rgba, this.width, this.height);
  }

  /**
   * The edges that are in focus, to lay over the photo: green where the probability of blur is under
   * 0.5 and the photo, as the model saw it, has an edge; clear elsewhere.
   *
   * @param contrast smallest difference that counts as an edge, between the left and the right
   *     neighbour plus between the upper and the lower one; 1 to 510
   */
  focusPeaking(contrast = 48): ImageData {
    if (!(contrast >= 1 && contrast <= 510)) {
      throw new DbdError("argument", `contrast is a number from 1 to 510, got ${contrast}.`);
    }
    const { photo, bytes } = this.parts;
    if (photo === null) {
      throw new DbdError("argument", "Focus peaking needs a model whose map is as large as its input.");
    }
    const { width, height } = this;
    const luma = Int32Array.from(
      { length: width * height },
      (_, i) => (77 * photo.rgb[3 * i] + 150 * photo.rgb[3 * i + 1] + 29 * photo.rgb[3 * i + 2]) >> 8,
    );
    const first = this.#firstLevel(BLURRED_FROM);
    const rgba = new Uint8ClampedArray(width * height * 4);
    for (let row = 0; row < height; row++) {
      // At the photo's edge a missing neighbour is the pixel itself.
      const above = Math.max(row - 1, 0) * width;
      const below = Math.min(row + 1, height - 1) * width;
      for (let column = 0; column < width; column++) {
        const left = row * width + Math.max(column - 1, 0);
        const right = row * width + Math.min(column + 1, width - 1);
        const difference =
          Math.abs(luma[right] - luma[left]) + Math.abs(luma[below + column] - luma[above + column]);
        const place = row * width + column;
        if (difference >= contrast && bytes[place] < first) {
          rgba.set(PEAKING_COLOR, 4 * place);
        }
      }
    }
    return new ImageData(rgba, width, height);
  }

  /** The lowest byte of the map that means the threshold or more; 256 where none does. */
  #firstLevel(threshold: number): number {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new DbdError("argument", `threshold is a number from 0 to 1, got ${threshold}.`);
    }
    const first = this.#levels.findIndex((level) => level >= Math.fround(threshold));
    return first < 0 ? 256 : first;
  }
}
