/** Upright 8-bit sRGB pixels: red, green, blue, row by row. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}
