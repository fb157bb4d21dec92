import type { BlurMap } from "../blur_map.js";
import { type Area, gridArea } from "./area.js";
import { CENTRALITY, IN_FOCUS, MAX_GRID, MOST_IN_FOCUS, NEAR, SMALLEST_SHARE } from "./constants.js";

/**
 * A blur map in; where the photo's subject is, a coarse grid of places, out: what is in focus, hangs
 * together and is near the middle. The Python library's subject.py.
 */
export class SubjectFinder {
  readonly #columns: number;
  readonly #rows: number;
  /** By place: 1 = in focus. */
  readonly #focus: Float64Array;
  /** The photo's, for its shape. */
  readonly #width: number;
  readonly #height: number;

  constructor(map: BlurMap) {
    this.#columns = Math.min(map.width, MAX_GRID);
    this.#rows = Math.min(map.height, MAX_GRID);
    this.#width = map.photoWidth;
    this.#height = map.photoHeight;
    this.#focus = focusGrid(map, this.#columns, this.#rows);
  }

  /** Parts of the photo that may be the subject; first the one with the most focus near the middle. */
  subjects(): Area[] {
    const focus = this.#focus;
    const worth = focus.map((value, i) => {
      const distance = this.#distance(i, (this.#rows - 1) / 2, (this.#columns - 1) / 2) / CENTRALITY;
      return value * Math.exp(-(distance * distance));
    });
    const isLeft = Uint8Array.from(focus, (value) => (value >= IN_FOCUS ? 1 : 0));
    const parts: { places: Uint8Array; worth: number }[] = [];
    focus.forEach((_, i) => {
      if (isLeft[i]) {
        const places = this.#takePart(i, isLeft);
        const size = places.reduce((sum, isPart) => sum + isPart, 0);
        if (size >= SMALLEST_SHARE * focus.length) {
          parts.push({ places, worth: worth.reduce((sum, value, place) => sum + (places[place] ? value : 0), 0) });
        }
      }
    });
    // Those of the same worth stay in their order.
    return parts.sort((one, other) => other.worth - one.worth).map(({ places }) => this.#area(places));
  }

  /** The part to look at where nothing is in focus. */
  leastBlurred(): Area {
    const focus = this.#focus;
    const best = focus.indexOf(focus.reduce((most, value) => Math.max(most, value)));
    const least = quantile(focus, MOST_IN_FOCUS);
    const [row, column] = [Math.trunc(best / this.#columns), best % this.#columns];
    return this.#area(
      Uint8Array.from(focus, (value, i) => (value >= least && this.#distance(i, row, column) <= NEAR ? 1 : 0)),
    );
  }

  #area(places: Uint8Array): Area {
    return gridArea("subject", (i) => places[i] === 1, this.#columns, this.#rows, this.#width, this.#height);
  }

  /** Distance of a place from another as a share of half the photo's diagonal. */
  #distance(place: number, row: number, column: number): number {
    const down = (Math.trunc(place / this.#columns) - row) * (this.#height / this.#rows);
    const across = ((place % this.#columns) - column) * (this.#width / this.#columns);
    return Math.hypot(down, across) / (Math.hypot(this.#width, this.#height) / 2);
  }

  /** Takes what hangs together with a place by its sides out of what is left. */
  #takePart(first: number, isLeft: Uint8Array): Uint8Array {
    const columns = this.#columns;
    const places = new Uint8Array(isLeft.length);
    const queue = [first];
    isLeft[first] = 0;
    for (const place of queue) {
      places[place] = 1;
      const column = place % columns;
      const neighbours = [
        place - columns,
        place + columns,
        ...(column > 0 ? [place - 1] : []),
        ...(column + 1 < columns ? [place + 1] : []),
      ];
      for (const neighbour of neighbours) {
        // Undefined above the first row and below the last.
        if (isLeft[neighbour]) {
          isLeft[neighbour] = 0;
          queue.push(neighbour);
        }
      }
    }
    return places;
  }
}

/** Means of the focus; down first, then across, each sum divided as it is made: as Python's are rounded. */
function focusGrid(map: BlurMap, columns: number, rows: number): Float64Array {
  const focus = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const top = Math.trunc((row * map.height) / rows);
    const bottom = Math.trunc(((row + 1) * map.height) / rows);
    const means = Array.from({ length: map.width }, (_, x) => {
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        sum += map.values[y * map.width + x];
      }
      return sum / (bottom - top);
    });
    for (let column = 0; column < columns; column++) {
      const left = Math.trunc((column * map.width) / columns);
      const right = Math.trunc(((column + 1) * map.width) / columns);
      let sum = 0;
      for (let x = left; x < right; x++) {
        sum += means[x];
      }
      focus[row * columns + column] = 1 - sum / (right - left);
    }
  }
  return focus;
}

/** The number that a share of some numbers is under, as numpy finds it. */
function quantile(numbers: Float64Array, share: number): number {
  const sorted = numbers.slice().sort();
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  const rest = place - below;
  return rest >= 0.5 ? high - (high - low) * (1 - rest) : low + (high - low) * rest;
}
