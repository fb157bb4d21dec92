package org.dbdmobile;

/**
 * The numbers that verdicts come from: those of the Python runtime, where they are named and explained
 * one by one; the golden vectors hold both to the same.
 */
final class JudgeConstants {
    // pyramid.py
    static final int CELL = 16;
    static final int COARSEST_LEVEL = 8;
    static final int SMALLEST_SIDE = 64;
    static final int MARGIN_CELLS = 2;

    // radius_code.py
    static final double LOWEST_LOG2_RADIUS = -0.5;
    static final double HIGHEST_LOG2_RADIUS = 4.5;
    static final double LOWEST_LOG2_SPREAD = -5;
    static final double HIGHEST_LOG2_SPREAD = 1;
    static final double TOLERANCE = 0.5;
    static final double CRISP_PX = 1.3;

    // reading.py
    static final double MIN_CONFIDENCE = 0.55;
    static final double RELIABLE_PX = 7;
    static final double SOFT_PX = 2;

    // coarse_to_fine.py
    static final int MAX_TILES = 8;
    static final int FULL_LEVEL = 4;
    static final int FEW_TILES = 4;
    static final int SPREAD_FACTOR = 40503;
    static final int SPREAD_BITS = 0xFFFF;
    static final int WEIGHT_STEPS = 1 << 20;

    // regions.py
    static final double POINT_RADIUS_PX = 24;

    // strictness.py
    static final double MAX_RADIUS_PX = 1.85;
    static final int MAX_WIDTH = 1_000_000;

    // focus.py
    static final double QUANTILE = 0.4;
    static final double SUBJECT_QUANTILE = 0.2;
    static final int MIN_CELLS = 2;
    static final double MIN_SHARE = 0.03;
    static final double SOFT_FACTOR = 2;
    static final int SCORE_WIDTH = 1920;
    static final double HALF_SCORE_PX = 4;
    static final int SCORE_POWER = 2;
    static final double IS_MOTION = 0.5;
    static final double ROUNDING = 1e-9;

    // subject.py and judgement.py
    static final int MAX_GRID = 40;
    static final double IN_FOCUS = 0.5;
    static final double CENTRALITY = 0.5;
    static final double SMALLEST_SHARE = 1.0 / 400;
    static final double MOST_IN_FOCUS = 0.95;
    static final double NEAR = 0.25;
    static final int MAX_SUBJECTS = 3;

    private JudgeConstants() {}
}
