package org.dbdmobile;

import java.util.Arrays;

/**
 * A part of a photo and a region in it in; one measurement for each cell of the photo's own pixels,
 * with bounded work, out. Coarse levels are looked at in full, finer ones only where they may say more
 * than the coarse ones did. The Python runtime's coarse_to_fine.py and reading.py, level by level.
 */
final class CoarseToFine {
    /** By cell: measured radius in the photo's pixels. */
    float[] radius = new float[0];

    /** By cell: how likely the radius is right. */
    float[] confidence = new float[0];

    /** By cell: how likely the blur is one of motion. */
    float[] motion = new float[0];

    /** By cell: whether a level was sure. */
    boolean[] isMeasured = new boolean[0];

    /** By cell: for how many cells of the region it stands; 0 outside of it. */
    double[] weight = new double[0];

    // Cells that a finer level may say more about, and those that some level so far is sure of.
    private boolean[] isOpen = new boolean[0];
    private boolean[] isKnown = new boolean[0];
    // By cell of a level.
    private byte[] codes = new byte[0];
    private boolean[] isLooked = new boolean[0];

    private Tiles tiles;
    private int[] chosen = new int[0];
    private int[] areas = new int[0];
    private long[] order = new long[0];
    private int columns;
    private int rows;

    /**
     * Looks at a region.
     *
     * @param width of the part in pixels
     * @param coarsest the photo's coarsest level
     * @param inside the region's cells, row by row, at least one
     */
    void look(TileMeter meter, int width, int height, int coarsest, boolean[] inside) {
        begin(meter, width, height, inside);
        for (int level = coarsest; level >= 1; level /= 2) {
            int levelColumns = Tiles.cellsOf(width / level);
            int levelRows = Tiles.cellsOf(height / level);
            setTilesOver(inside, level, levelColumns, levelRows);
            int count = chooseTouched(level, inside);
            if (level < JudgeConstants.FULL_LEVEL
                    && level != coarsest
                    && count > JudgeConstants.FEW_TILES) {
                count = chooseWorth(level, keepTouched(count, level));
            }
            read(meter, level, count, levelColumns, levelRows);
            letStandForOthers(level, levelColumns, levelRows);
            take(level, levelColumns, levelRows);
        }
    }

    /**
     * Looks at a few tiles of a region at the photo's own size, which needs no reduced copies. What was
     * not looked at counts for nothing.
     *
     * @param width of the part in pixels
     * @param inside the region's cells, row by row, at least one
     */
    void glance(TileMeter meter, int width, int height, boolean[] inside) {
        begin(meter, width, height, inside);
        setTilesOver(inside, 1, columns, rows);
        int count = chooseTouched(1, inside);
        // All of the region is worth a look.
        System.arraycopy(inside, 0, isKnown, 0, columns * rows);
        count = chooseWorth(1, count);
        read(meter, 1, count, columns, rows);
        take(1, columns, rows);
        for (int i = 0; i < columns * rows; i++) {
            weight[i] = inside[i] && isLooked[i] ? 1 : 0;
        }
    }

    private void begin(TileMeter meter, int width, int height, boolean[] inside) {
        columns = Tiles.cellsOf(width);
        rows = Tiles.cellsOf(height);
        makeRoom(columns * rows);
        for (int i = 0; i < columns * rows; i++) {
            weight[i] = inside[i] ? 1 : 0;
            isOpen[i] = inside[i];
            isKnown[i] = false;
            isMeasured[i] = false;
            radius[i] = 0;
            confidence[i] = 0;
            motion[i] = 0;
        }
        tiles = new Tiles(meter.tileColumns(), meter.tileRows());
    }

    /** Looks at the chosen tiles of a level. */
    private void read(TileMeter meter, int level, int count, int levelColumns, int levelRows) {
        Arrays.fill(isLooked, 0, levelColumns * levelRows, false);
        for (int i = 0; i < count; i++) {
            int left = tiles.left(chosen[i]);
            int right = tiles.right(chosen[i]);
            int top = tiles.top(chosen[i]);
            int bottom = tiles.bottom(chosen[i]);
            meter.read(level, left, top, right, bottom, codes, levelColumns);
            for (int row = top; row < bottom; row++) {
                int start = row * levelColumns;
                Arrays.fill(isLooked, start + left, start + right, true);
            }
        }
    }

    private void makeRoom(int cells) {
        if (radius.length < cells) {
            radius = new float[cells];
            confidence = new float[cells];
            motion = new float[cells];
            isMeasured = new boolean[cells];
            weight = new double[cells];
            isOpen = new boolean[cells];
            isKnown = new boolean[cells];
            codes = new byte[cells * 3];
            isLooked = new boolean[cells];
        }
    }

    /** Tiles over the region's bounding box and what is around it. */
    private void setTilesOver(boolean[] inside, int level, int levelColumns, int levelRows) {
        int left = columns;
        int top = rows;
        int right = 0;
        int bottom = 0;
        for (int row = 0, i = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++, i++) {
                if (inside[i]) {
                    left = Math.min(left, column);
                    right = Math.max(right, column);
                    top = Math.min(top, row);
                    bottom = row;
                }
            }
        }
        // An odd last row is left out when a level is halved: its cell may have none of its own.
        int end = Math.min(right / level + 1, levelColumns);
        int last = Math.min(bottom / level + 1, levelRows);
        tiles.setAround(
                Math.min(left / level, end - 1),
                Math.min(top / level, last - 1),
                end,
                last,
                levelColumns,
                levelRows);
        if (chosen.length < tiles.count()) {
            chosen = new int[tiles.count()];
            areas = new int[tiles.count()];
            order = new long[tiles.count()];
        }
    }

    private int chooseTouched(int level, boolean[] cells) {
        int count = 0;
        for (int tile = 0; tile < tiles.count(); tile++) {
            if (area(tile, level, cells, cells) > 0) {
                chosen[count++] = tile;
            }
        }
        return count;
    }

    private int keepTouched(int count, int level) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (area(chosen[i], level, isOpen, isOpen) > 0) {
                chosen[kept++] = chosen[i];
            }
        }
        return kept;
    }

    /** At most so many of the chosen tiles, those first that hold much of what is worth a look. */
    private int chooseWorth(int level, int count) {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            areas[i] = area(chosen[i], level, isOpen, isKnown);
            largest = Math.max(largest, areas[i]);
        }
        if (count <= JudgeConstants.MAX_TILES) {
            return count;
        }
        for (int i = 0; i < count; i++) {
            long isSmall = 2 * areas[i] < largest ? 1 : 0;
            // All over the region: multiples of the golden ratio.
            long place = (long) i * JudgeConstants.SPREAD_FACTOR & JudgeConstants.SPREAD_BITS;
            order[i] = isSmall << 62 | place << 32 | i;
        }
        Arrays.sort(order, 0, count);
        for (int i = 0; i < JudgeConstants.MAX_TILES; i++) {
            areas[i] = (int) order[i];
        }
        Arrays.sort(areas, 0, JudgeConstants.MAX_TILES);
        for (int i = 0; i < JudgeConstants.MAX_TILES; i++) {
            chosen[i] = chosen[areas[i]];
        }
        return JudgeConstants.MAX_TILES;
    }

    /** How many cells of the finest level are of both kinds, in a tile. */
    private int area(int tile, int level, boolean[] one, boolean[] other) {
        int right = Math.min(level * tiles.right(tile), columns);
        int bottom = Math.min(level * tiles.bottom(tile), rows);
        int count = 0;
        for (int row = level * tiles.top(tile); row < bottom; row++) {
            for (int column = level * tiles.left(tile); column < right; column++) {
                int i = row * columns + column;
                count += one[i] && other[i] ? 1 : 0;
            }
        }
        return count;
    }

    /** Moves the weight of cells that may be told more of, but were not looked at, to the others. */
    private void letStandForOthers(int level, int levelColumns, int levelRows) {
        double total = 0;
        double seen = 0;
        for (int row = 0, i = 0; row < rows; row++) {
            int start = Math.min(row / level, levelRows - 1) * levelColumns;
            for (int column = 0; column < columns; column++, i++) {
                if (isOpen[i] && isKnown[i]) {
                    int cell = start + Math.min(column / level, levelColumns - 1);
                    total += weight[i];
                    seen += isLooked[cell] ? weight[i] : 0;
                }
            }
        }
        double factor = seen == 0 ? 1 : total / seen;
        for (int row = 0, i = 0; row < rows; row++) {
            int start = Math.min(row / level, levelRows - 1) * levelColumns;
            for (int column = 0; column < columns; column++, i++) {
                if (isOpen[i] && isKnown[i]) {
                    int cell = start + Math.min(column / level, levelColumns - 1);
                    weight[i] = isLooked[cell] ? inSteps(weight[i] * factor) : 0;
                }
            }
        }
    }

    /** Rounded so that sums of weights are exact, in whatever order: as they are in Python. */
    private static double inSteps(double weight) {
        return Math.rint(weight * JudgeConstants.WEIGHT_STEPS) / JudgeConstants.WEIGHT_STEPS;
    }

    /** Takes over what a level says, where it counts. */
    private void take(int level, int levelColumns, int levelRows) {
        float[] radii = RadiusCode.inPhoto(level);
        float reliable = RadiusCode.inPhoto(JudgeConstants.RELIABLE_PX, level);
        float large = RadiusCode.inPhoto(JudgeConstants.RELIABLE_PX / 2, level);
        float soft = level > 1 ? RadiusCode.inPhoto(JudgeConstants.SOFT_PX, level) : 0;
        for (int row = 0, i = 0; row < rows; row++) {
            int start = Math.min(row / level, levelRows - 1) * levelColumns;
            for (int column = 0; column < columns; column++, i++) {
                int cell = start + Math.min(column / level, levelColumns - 1);
                if (!isLooked[cell]) {
                    isOpen[i] &= !isKnown[i];
                    continue;
                }
                float here = radii[codes[3 * cell] & 0xFF];
                float sure = RadiusCode.CONFIDENCE[codes[3 * cell + 1] & 0xFF];
                boolean isSure = sure >= (float) JudgeConstants.MIN_CONFIDENCE;
                if (isSure) {
                    // Half the reliable radius here is all of it on the next finer level. Where a
                    // coarser level saw a blurred surrounding, this one may see a sharp part.
                    isOpen[i] = here < large && (isOpen[i] || weight[i] > 0);
                    isKnown[i] = true;
                }
                boolean counts =
                        isSure && (here < reliable || !isMeasured[i]) && here >= soft;
                if (counts || !isMeasured[i]) {
                    radius[i] = here;
                    confidence[i] = sure;
                    motion[i] = RadiusCode.MOTION[codes[3 * cell + 2] & 0xFF];
                }
                isMeasured[i] |= counts;
            }
        }
    }
}
