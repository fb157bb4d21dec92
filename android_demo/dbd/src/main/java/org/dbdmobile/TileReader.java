package org.dbdmobile;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts tiles out of a part of an upright photo, at its own size or reduced by 2, 4 or 8: halved again
 * and again, each pixel the rounded mean of two by two of the level before. The bytes are the Python
 * runtime's. Pixels are read where they lie; nothing is kept of them.
 */
final class TileReader {
    private final int tileWidth;
    private final int tileHeight;
    private final byte[] rgb;
    private final int[] row;
    // Two rows of each level that is halved once more, by log2 of the level.
    private final int[][] upper;
    private final int[][] lower;

    private @Nullable Frame frame;
    private Framing framing;
    private int left;
    private int top;
    private int width;
    private int height;

    TileReader(int tileWidth, int tileHeight) {
        this.tileWidth = tileWidth;
        this.tileHeight = tileHeight;
        rgb = new byte[tileWidth * tileHeight * 3];
        int side = Math.max(tileWidth, tileHeight);
        row = new int[side * 3];
        int levels = Integer.numberOfTrailingZeros(JudgeConstants.COARSEST_LEVEL);
        upper = new int[levels][];
        lower = new int[levels][];
        for (int i = 1; i < levels; i++) {
            upper[i] = new int[(side << levels - i) * 3];
            lower[i] = new int[(side << levels - i) * 3];
        }
    }

    /** Takes a part of a photo, until {@link #letGo}; the frame is read by {@link #read} only. */
    void set(Frame frame, Framing framing, int left, int top, int width, int height) {
        this.frame = frame;
        this.framing = framing;
        this.left = left;
        this.top = top;
        this.width = width;
        this.height = height;
    }

    void letGo() {
        frame = null;
    }

    /**
     * Cuts out cells of a level of the part; what lies beyond the level's edge repeats its last pixels.
     *
     * @return a whole tile's red, green and blue bytes, good until the next call
     */
    byte[] read(int level, int leftCell, int topCell, int rightCell, int bottomCell) {
        int x = leftCell * JudgeConstants.CELL;
        int y = topCell * JudgeConstants.CELL;
        int columns = Math.min(rightCell * JudgeConstants.CELL, width / level) - x;
        int rows = Math.min(bottomCell * JudgeConstants.CELL, height / level) - y;
        boolean isTransposed = framing.isTransposed();
        // A row of the frame is a column of a photo that is turned by 90 or 270 degrees.
        int across = isTransposed ? top + level * y : left + level * x;
        int down = isTransposed ? left + level * x : top + level * y;
        int pixels = isTransposed ? rows : columns;
        int lines = isTransposed ? columns : rows;
        frame.start();
        for (int line = 0; line < lines; line++) {
            readRow(level, down + level * line, across, pixels, row);
            int step = isTransposed ? tileWidth * 3 : 3;
            int to = line * (isTransposed ? 3 : tileWidth * 3);
            for (int i = 0; i < pixels * 3; i += 3, to += step) {
                rgb[to] = (byte) row[i];
                rgb[to + 1] = (byte) row[i + 1];
                rgb[to + 2] = (byte) row[i + 2];
            }
        }
        repeatEdges(columns, rows);
        return rgb;
    }

    /** One row of a level, as the photo is walked along the frame's rows. */
    private void readRow(int level, int down, int across, int pixels, int[] out) {
        if (level <= 2) {
            Arrays.fill(out, 0, pixels * 3, 0);
            addRow(down, across, pixels * level, level, out);
            if (level == 2) {
                addRow(down + 1, across, pixels * level, level, out);
                for (int i = 0; i < pixels * 3; i++) {
                    out[i] = out[i] + 2 >> 2;
                }
            }
            return;
        }
        int half = level / 2;
        int[] above = upper[Integer.numberOfTrailingZeros(half)];
        int[] below = lower[Integer.numberOfTrailingZeros(half)];
        readRow(half, down, across, 2 * pixels, above);
        readRow(half, down + half, across, 2 * pixels, below);
        for (int i = 0, from = 0; i < pixels * 3; i += 3, from += 6) {
            for (int color = 0; color < 3; color++) {
                int at = from + color;
                out[i + color] = above[at] + above[at + 3] + below[at] + below[at + 3] + 2 >> 2;
            }
        }
    }

    private void addRow(int down, int across, int pixels, int neighbours, int[] sums) {
        boolean isReversed = framing.isColumnsReversed();
        int first = isReversed ? framing.width(frame) - across - pixels : across;
        frame.addRow(
                framing.top
                        + (framing.isRowsReversed() ? framing.height(frame) - 1 - down : down),
                framing.left + first,
                pixels,
                isReversed,
                neighbours,
                sums);
    }

    private void repeatEdges(int columns, int rows) {
        int rowBytes = tileWidth * 3;
        if (columns < tileWidth) {
            for (int y = 0; y < rows; y++) {
                int end = y * rowBytes + columns * 3;
                for (int at = end; at < (y + 1) * rowBytes; at++) {
                    rgb[at] = rgb[at - 3];
                }
            }
        }
        for (int y = rows; y < tileHeight; y++) {
            System.arraycopy(rgb, (rows - 1) * rowBytes, rgb, y * rowBytes, rowBytes);
        }
    }
}
