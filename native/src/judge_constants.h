/*
 * The numbers that verdicts come from: those of the Python runtime, where they are named and explained
 * one by one; the golden vectors hold both to the same.
 */
#ifndef DBD_JUDGE_CONSTANTS_H
#define DBD_JUDGE_CONSTANTS_H

/* pyramid.py */
#define DBD_CELL 16
#define DBD_COARSEST_LEVEL 8
#define DBD_SMALLEST_SIDE 64
#define DBD_MARGIN_CELLS 2

/* radius_code.py */
#define DBD_LOWEST_LOG2_RADIUS -0.5
#define DBD_HIGHEST_LOG2_RADIUS 4.5
#define DBD_LOWEST_LOG2_SPREAD -5.0
#define DBD_HIGHEST_LOG2_SPREAD 1.0
#define DBD_TOLERANCE 0.5
#define DBD_CRISP_PX 1.3

/* reading.py */
#define DBD_MIN_CONFIDENCE 0.55
#define DBD_RELIABLE_PX 7.0
#define DBD_SOFT_PX 2.0

/* coarse_to_fine.py */
#define DBD_MAX_TILES 8
#define DBD_FULL_LEVEL 4
#define DBD_FEW_TILES 4
#define DBD_SPREAD_FACTOR 40503
#define DBD_SPREAD_BITS 65535
#define DBD_WEIGHT_STEPS 1048576

/* regions.py */
#define DBD_POINT_RADIUS_PX 24.0

/* strictness.py */
#define DBD_MAX_RADIUS_PX 1.85
#define DBD_MAX_WIDTH 1000000

/* focus.py */
#define DBD_QUANTILE 0.4
#define DBD_SUBJECT_QUANTILE 0.2
#define DBD_MIN_CELLS 2
#define DBD_MIN_SHARE 0.03
#define DBD_SOFT_FACTOR 2
#define DBD_SCORE_WIDTH 1920
#define DBD_HALF_SCORE_PX 4.0
#define DBD_SCORE_POWER 2
#define DBD_IS_MOTION 0.5
#define DBD_ROUNDING 1e-9

/* subject.py and judgement.py */
#define DBD_MAX_GRID 40
#define DBD_IN_FOCUS 0.5
#define DBD_CENTRALITY 0.5
#define DBD_SMALLEST_SHARE 0.0025
#define DBD_MOST_IN_FOCUS 0.95
#define DBD_NEAR 0.25
#define DBD_MAX_SUBJECTS 3

#endif
