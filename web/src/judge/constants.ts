/**
 * The numbers that verdicts come from: those of the Python library, where they are named and explained
 * one by one; the golden vectors hold all languages to the same.
 */

// pyramid.py
export const CELL = 16;
export const COARSEST_LEVEL = 8;
export const SMALLEST_SIDE = 64;
export const MARGIN_CELLS = 2;

// radius_code.py
export const LOWEST_LOG2_RADIUS = -0.5;
export const HIGHEST_LOG2_RADIUS = 4.5;
export const LOWEST_LOG2_SPREAD = -5;
export const HIGHEST_LOG2_SPREAD = 1;
export const TOLERANCE = 0.5;
export const CRISP_PX = 1.3;

// reading.py
export const MIN_CONFIDENCE = 0.55;
export const RELIABLE_PX = 7;
export const SOFT_PX = 2;

// coarse_to_fine.py
export const MAX_TILES = 8;
export const FULL_LEVEL = 4;
export const FEW_TILES = 4;
export const SPREAD_FACTOR = 40503;
export const SPREAD_BITS = 0xffff;
export const WEIGHT_STEPS = 1 << 20;

// regions.py
export const POINT_RADIUS_PX = 24;

// strictness.py
export const MAX_RADIUS_PX = 1.85;
export const MAX_WIDTH = 1_000_000;

// focus.py
export const QUANTILE = 0.4;
export const SUBJECT_QUANTILE = 0.2;
export const MIN_CELLS = 2;
export const MIN_SHARE = 0.03;
export const SOFT_FACTOR = 2;
export const SCORE_WIDTH = 1920;
export const HALF_SCORE_PX = 4;
export const SCORE_POWER = 2;
export const IS_MOTION = 0.5;
export const ROUNDING = 1e-9;

// subject.py and judgement.py
export const MAX_GRID = 40;
export const IN_FOCUS = 0.5;
export const CENTRALITY = 0.5;
export const SMALLEST_SHARE = 1 / 400;
export const MOST_IN_FOCUS = 0.95;
export const NEAR = 0.25;
export const MAX_SUBJECTS = 3;
