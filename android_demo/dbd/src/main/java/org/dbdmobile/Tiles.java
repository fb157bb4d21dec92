package org.dbdmobile;

/**
 * A rectangle of cells of one level, and the tiles that cover it, row by row; the last ones are moved
 * back to end with it. Used again and again.
 */
final class Tiles {
    private final int tileColumns;
    private final int tileRows;
    int left;
    int top;
    int right;
    int bottom;

    Tiles(int tileColumns, int tileRows) {
        this.tileColumns = tileColumns;
        this.tileRows = tileRows;
    }

    /**
     * The coarsest level of a photo: twice as coarse as the one before, as long as there is enough of
     * the photo left to judge a cell by what is around it.
     */
    static int coarsestLevel(int width, int height) {
        int level = 1;
        while (level < JudgeConstants.COARSEST_LEVEL
                && Math.min(width, height) / (2 * level) >= JudgeConstants.SMALLEST_SIDE) {
            level *= 2;
        }
        return level;
    }

    /** Cells that cover so many pixels; the last may stick out. */
    static int cellsOf(int pixels) {
        return (pixels + JudgeConstants.CELL - 1) / JudgeConstants.CELL;
    }

    /** Takes a rectangle; grows it by a margin, and to a tile at least, as far as there are cells. */
    void setAround(int left, int top, int right, int bottom, int columns, int rows) {
        this.left = startAround(left, right, columns, tileColumns);
        this.right = endAround(left, right, columns, tileColumns);
        this.top = startAround(top, bottom, rows, tileRows);
        this.bottom = endAround(top, bottom, rows, tileRows);
    }

    private static int startAround(int start, int end, int limit, int tile) {
        int first = Math.max(start - JudgeConstants.MARGIN_CELLS, 0);
        int missing = tile - (Math.min(end + JudgeConstants.MARGIN_CELLS, limit) - first);
        return missing > 0 ? Math.max(Math.min(first - missing / 2, limit - tile), 0) : first;
    }

    private static int endAround(int start, int end, int limit, int tile) {
        int last = Math.min(end + JudgeConstants.MARGIN_CELLS, limit);
        int first = Math.max(start - JudgeConstants.MARGIN_CELLS, 0);
        return tile - (last - first) > 0
                ? Math.min(startAround(start, end, limit, tile) + tile, limit)
                : last;
    }

    int count() {
        return across() * ((bottom - top + tileRows - 1) / tileRows);
    }

    private int across() {
        return (right - left + tileColumns - 1) / tileColumns;
    }

    int left(int tile) {
        return start(left, right, tileColumns, tile % across());
    }

    int top(int tile) {
        return start(top, bottom, tileRows, tile / across());
    }

    int right(int tile) {
        return Math.min(left(tile) + tileColumns, right);
    }

    int bottom(int tile) {
        return Math.min(top(tile) + tileRows, bottom);
    }

    private static int start(int start, int end, int tile, int number) {
        return Math.min(start + number * tile, Math.max(end - tile, start));
    }
}
