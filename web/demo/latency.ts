/** How long the last pictures took: milliseconds in, percentiles out. */

const KEPT = 100;

export class Latency {
  readonly #milliseconds: number[] = [];

  /** How many pictures the percentiles are of: 0 to 100. */
  get count(): number {
    return this.#milliseconds.length;
  }

  add(milliseconds: number): void {
    if (this.#milliseconds.length === KEPT) this.#milliseconds.shift();
    this.#milliseconds.push(milliseconds);
  }

  /**
   * The time that a share of the pictures took at most: nearest rank.
   *
   * @param share 0 to 1, e.g. 0.9 for p90
   * @returns milliseconds; NaN where nothing was added
   */
  percentile(share: number): number {
    const sorted = [...this.#milliseconds].sort((a, b) => a - b);
    return sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1] ?? Number.NaN;
  }

  clear(): void {
    this.#milliseconds.length = 0;
  }
}
