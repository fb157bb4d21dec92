package org.dbdmobile;

/** Measures blur in tiles of a photo's levels. Used by one thread at a time. */
interface TileMeter extends AutoCloseable {
    /** Takes a part of an upright photo; its pixels are read by {@link #read}. */
    void set(Frame frame, Framing framing, int left, int top, int width, int height);

    /** Lets go of the frame, and so of the picture that is behind it. */
    void letGo();

    /** Cells of a tile, across. */
    int tileColumns();

    /** Cells of a tile, down. */
    int tileRows();

    /**
     * Looks at one tile of the part.
     *
     * @param level by how much the photo is reduced: 1, 2, 4 or 8
     * @param left first column of cells of that level; the tile ends before {@code right}
     * @param top first row; the tile ends before {@code bottom}
     * @param codes where three bytes go for each cell, row by row of the whole level
     * @param columns cells of a row of the level
     */
    void read(int level, int left, int top, int right, int bottom, byte[] codes, int columns);

    @Override
    void close();
}
