import type { Measurements } from "./coarse_to_fine.js";
import { IS_MOTION, MAX_RADIUS_PX, MIN_CELLS, MIN_SHARE, ROUNDING } from "./constants.js";

/** What a region's cells come to: the Python library's, for the same measurements. */
export interface RegionStatistic {
  /** Measured radius in pixels; null where too little is known. */
  readonly radius: number | null;
  /** Whether most of what is blurred is blurred by motion. */
  readonly isMotion: boolean;
  /** Mean confidence of the cells that count, 0 where none does. */
  readonly confidence: number;
}

/** Sums up a look at a region: its radius is the one that a share of the region falls below. */
export function sumUp(look: Measurements, share: number): RegionStatistic {
  const order: number[] = [];
  let [all, known, sure, blurred, moved] = [0, 0, 0, 0, 0];
  look.weight.forEach((weight, i) => {
    all += weight;
    if (look.isMeasured[i] && weight > 0) {
      known += weight;
      sure += weight * look.confidence[i];
      if (look.radius[i] > Math.fround(MAX_RADIUS_PX)) {
        blurred += weight;
        moved += look.motion[i] > IS_MOTION ? weight : 0;
      }
      order.push(i);
    }
  });
  const confidence = known > 0 ? Math.min(sure / known, 1) : 0;
  const nearly = 1 - ROUNDING;
  if (order.length < MIN_CELLS || known < MIN_SHARE * all * nearly) {
    return { radius: null, isMotion: false, confidence };
  }
  order.sort((one, other) => look.radius[one] - look.radius[other] || one - other);
  const radius = look.radius[quantile(look.weight, order, share * known * nearly)];
  const half = (blurred / 2) * (1 + ROUNDING);
  return { radius, isMotion: radius > MAX_RADIUS_PX && moved > half, confidence };
}

/** Whether so large a share of what was looked at, known or not, is crisp for certain. */
export function isCrisp(look: Measurements, share: number): boolean {
  let [count, all, crisp] = [0, 0, 0];
  look.weight.forEach((weight, i) => {
    all += weight;
    if (weight > 0 && look.isMeasured[i] && look.radius[i] <= Math.fround(MAX_RADIUS_PX)) {
      crisp += weight;
      count++;
    }
  });
  return count >= MIN_CELLS && crisp >= share * all;
}

/** The cell at which so much of what is known is reached. */
function quantile(weight: Float64Array, order: number[], enough: number): number {
  let sum = 0;
  return order.find((i) => (sum += weight[i]) >= enough) ?? order[order.length - 1];
}
