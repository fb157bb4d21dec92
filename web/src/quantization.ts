/** What the bytes of a tensor mean: `(byte - zeroPoint) * scale`. */
export interface Quantization {
  readonly scale: number;
  readonly zeroPoint: number;
}
