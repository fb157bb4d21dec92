package org.dbdmobile;

import java.util.Arrays;
import java.util.Locale;

/**
 * A part of an upright photo that {@link BlurDetector#judge(Frame, Framing, Region, Strictness)} looks
 * at. Immutable. Whether it lies in the photo is checked when there is one.
 */
public abstract class Region {
    private final String name;

    Region(String name) {
        this.name = name;
    }

    /**
     * A box. What of it sticks out of the photo is cut off.
     *
     * @param left first column in the photo's pixels, whole or not
     * @param top first row
     * @param right end of the last column
     * @param bottom end of the last row
     * @return the region
     */
    public static Region box(double left, double top, double right, double bottom) {
        return new Box("box", left, top, right, bottom);
    }

    /** The whole photo. */
    static Region whole(int width, int height) {
        return new Box("photo", 0, 0, width, height);
    }

    /**
     * What lies within some corners, by the even-odd rule.
     *
     * @param corners x and y of each corner in the photo's pixels, one after another, at least three
     *     of them
     * @return the region
     * @throws DbdException.Argument there are fewer, or a number is not finite
     */
    public static Region polygon(double... corners) {
        return new Polygon(places(corners, "polygon", 3));
    }

    /**
     * What lies near some points, e.g. eyes: within 24 pixels of any.
     *
     * @param points x and y of each point in the photo's pixels, one after another, at least one of
     *     them
     * @return the region
     * @throws DbdException.Argument there is none, or a number is not finite
     */
    public static Region points(double... points) {
        return new Points(places(points, "list of points", 1));
    }

    /**
     * What a mask marks.
     *
     * @param mask a byte for each of the photo's pixels, row by row; what is not 0 is inside
     * @param width the photo's columns
     * @param height the photo's rows
     * @return the region; it has a copy of the mask
     * @throws DbdException.Argument the mask has another size, or is empty
     */
    public static Region mask(byte[] mask, int width, int height) {
        Given.check(mask, "A mask");
        if (width < 1 || height < 1 || mask.length != (long) width * height) {
            throw new DbdException.Argument(
                    "A mask has the photo's size: " + width + "x" + height + " is expected, got "
                            + mask.length + " bytes.");
        }
        boolean[] grid = new boolean[mask.length];
        boolean isEmpty = true;
        for (int i = 0; i < grid.length; i++) {
            grid[i] = mask[i] != 0;
            isEmpty &= mask[i] == 0;
        }
        if (isEmpty) {
            throw new DbdException.Argument("A mask marks one pixel at least, got one that is empty.");
        }
        return new Mask(grid, width, height);
    }

    /** A coarse grid over the whole photo, with one place at least that is inside. */
    static Region grid(boolean[] grid, int columns, int rows, String name) {
        return new Grid(name, grid, columns, rows);
    }

    private static double[] places(double[] places, String what, int atLeast) {
        Given.check(places, "A " + what);
        if (places.length % 2 != 0 || places.length < 2 * atLeast) {
            throw new DbdException.Argument(
                    "A " + what + " is x and y of at least " + atLeast + " places, got "
                            + places.length + " numbers.");
        }
        for (double number : places) {
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                throw new DbdException.Argument(
                        "A " + what + " has finite numbers only, got one that is not.");
            }
        }
        return places.clone();
    }

    /** What to call it in sentences. */
    final String name() {
        return name;
    }

    /**
     * Finds the bounding box: left, top, right, bottom in whole pixels within the photo.
     *
     * @throws DbdException.Argument the region is empty, or does not lie in a photo of this size
     */
    abstract void bound(int width, int height, int[] box);

    /** Whether a place within the bounding box belongs to it. */
    abstract boolean contains(double x, double y, int width, int height);

    /**
     * Says which cells belong to the region, by their middles: one at least, as a region between the
     * middles has the cell that is nearest to its own middle.
     *
     * @param box of {@link #bound}, for a photo of this size
     * @param part left, top, right, bottom of the part of the photo that the cells cover
     * @param inside where it is said, row by row
     * @return how many cells do
     */
    final int cells(int width, int height, int[] box, int[] part, boolean[] inside) {
        int columns = Tiles.cellsOf(part[2] - part[0]);
        int rows = Tiles.cellsOf(part[3] - part[1]);
        Arrays.fill(inside, 0, columns * rows, false);
        int count = 0;
        for (int row = 0; row < rows; row++) {
            double y = middle(part[1], part[3], row);
            for (int column = 0; y >= box[1] && y < box[3] && column < columns; column++) {
                double x = middle(part[0], part[2], column);
                if (x >= box[0] && x < box[2] && contains(x, y, width, height)) {
                    inside[row * columns + column] = true;
                    count++;
                }
            }
        }
        if (count == 0) {
            int row = nearest(part[1], part[3], rows, (box[1] + box[3]) / 2.0);
            inside[row * columns + nearest(part[0], part[2], columns, (box[0] + box[2]) / 2.0)] =
                    true;
            return 1;
        }
        return count;
    }

    /** The middle of a cell; that of a last one that sticks out is of what lies in the photo. */
    private static double middle(int start, int end, int cell) {
        int first = start + JudgeConstants.CELL * cell;
        return (first + Math.min(first + JudgeConstants.CELL, end)) / 2.0;
    }

    private static int nearest(int start, int end, int cells, double place) {
        int best = 0;
        for (int cell = 1; cell < cells; cell++) {
            if (Math.abs(middle(start, end, cell) - place)
                    < Math.abs(middle(start, end, best) - place)) {
                best = cell;
            }
        }
        return best;
    }

    /** Cuts a box to the photo and to whole pixels, all of those that it touches. */
    private static void clip(
            double left, double top, double right, double bottom, int width, int height, int[] box) {
        double first = Math.max(left, 0);
        double upper = Math.max(top, 0);
        double last = Math.min(right, width);
        double lower = Math.min(bottom, height);
        // The first two are false for anything that is not a number, too.
        if (!(left < right && top < bottom) || first >= last || upper >= lower) {
            throw new DbdException.Argument(
                    "A box has at least one pixel in the photo of " + width + "x" + height
                            + ", got " + number(left) + "," + number(top) + " to " + number(right)
                            + "," + number(bottom) + ".");
        }
        box[0] = (int) Math.floor(first);
        box[1] = (int) Math.floor(upper);
        box[2] = (int) Math.ceil(last);
        box[3] = (int) Math.ceil(lower);
    }

    private static String number(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? String.valueOf((long) number)
                : String.format(Locale.ROOT, "%s", number);
    }

    private static final class Box extends Region {
        private final double left;
        private final double top;
        private final double right;
        private final double bottom;

        Box(String name, double left, double top, double right, double bottom) {
            super(name);
            this.left = left;
            this.top = top;
            this.right = right;
            this.bottom = bottom;
        }

        @Override
        void bound(int width, int height, int[] box) {
            clip(left, top, right, bottom, width, height, box);
        }

        @Override
        boolean contains(double x, double y, int width, int height) {
            return true;
        }

        @Override
        public String toString() {
            return "Region(" + name() + " " + number(left) + "," + number(top) + " to "
                    + number(right) + "," + number(bottom) + ")";
        }
    }

    private static final class Polygon extends Region {
        private final double[] corners;

        Polygon(double[] corners) {
            super("polygon");
            this.corners = corners;
        }

        @Override
        void bound(int width, int height, int[] box) {
            clip(
                    lowest(corners, 0),
                    lowest(corners, 1),
                    highest(corners, 0),
                    highest(corners, 1),
                    width,
                    height,
                    box);
        }

        @Override
        boolean contains(double x, double y, int width, int height) {
            boolean isInside = false;
            for (int i = 0; i < corners.length; i += 2) {
                int next = (i + 2) % corners.length;
                double fromY = corners[i + 1];
                double toY = corners[next + 1];
                if (fromY > y != toY > y) {
                    double at =
                            corners[i]
                                    + (y - fromY) * (corners[next] - corners[i]) / (toY - fromY);
                    isInside ^= x < at;
                }
            }
            return isInside;
        }

        @Override
        public String toString() {
            return "Region(polygon of " + corners.length / 2 + " corners)";
        }
    }

    private static final class Points extends Region {
        private final double[] points;

        Points(double[] points) {
            super("points");
            this.points = points;
        }

        @Override
        void bound(int width, int height, int[] box) {
            for (int i = 0; i < points.length; i += 2) {
                double x = points[i];
                double y = points[i + 1];
                if (x < 0 || y < 0 || x >= width || y >= height) {
                    throw new DbdException.Argument(
                            "A point lies in the photo of " + width + "x" + height + ", got "
                                    + number(x) + "," + number(y) + ".");
                }
            }
            clip(
                    lowest(points, 0) - JudgeConstants.POINT_RADIUS_PX,
                    lowest(points, 1) - JudgeConstants.POINT_RADIUS_PX,
                    highest(points, 0) + JudgeConstants.POINT_RADIUS_PX,
                    highest(points, 1) + JudgeConstants.POINT_RADIUS_PX,
                    width,
                    height,
                    box);
        }

        @Override
        boolean contains(double x, double y, int width, int height) {
            double most = JudgeConstants.POINT_RADIUS_PX * JudgeConstants.POINT_RADIUS_PX;
            for (int i = 0; i < points.length; i += 2) {
                double across = x - points[i];
                double down = y - points[i + 1];
                if (across * across + down * down <= most) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            return "Region(" + points.length / 2 + " points)";
        }
    }

    private static double lowest(double[] places, int axis) {
        double lowest = places[axis];
        for (int i = axis; i < places.length; i += 2) {
            lowest = Math.min(lowest, places[i]);
        }
        return lowest;
    }

    private static double highest(double[] places, int axis) {
        double highest = places[axis];
        for (int i = axis; i < places.length; i += 2) {
            highest = Math.max(highest, places[i]);
        }
        return highest;
    }

    /** Places of equal size over the whole photo. */
    private static class Grid extends Region {
        private final boolean[] grid;
        final int columns;
        final int rows;
        private int left;
        private int top;
        private int right;
        private int bottom;

        Grid(String name, boolean[] grid, int columns, int rows) {
            super(name);
            this.grid = grid;
            this.columns = columns;
            this.rows = rows;
            left = columns;
            top = rows;
            for (int row = 0, i = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++, i++) {
                    if (grid[i]) {
                        left = Math.min(left, column);
                        right = Math.max(right, column + 1);
                        top = Math.min(top, row);
                        bottom = row + 1;
                    }
                }
            }
        }

        @Override
        void bound(int width, int height, int[] box) {
            box[0] = (int) ((long) left * width / columns);
            box[1] = (int) ((long) top * height / rows);
            box[2] = (int) (((long) right * width + columns - 1) / columns);
            box[3] = (int) (((long) bottom * height + rows - 1) / rows);
        }

        @Override
        boolean contains(double x, double y, int width, int height) {
            int row = Math.min((int) (y * rows / height), rows - 1);
            int column = Math.min((int) (x * columns / width), columns - 1);
            return grid[row * columns + column];
        }

        @Override
        public String toString() {
            return "Region(" + name() + " of " + columns + "x" + rows + " places)";
        }
    }

    private static final class Mask extends Grid {
        Mask(boolean[] mask, int width, int height) {
            super("mask", mask, width, height);
        }

        @Override
        void bound(int width, int height, int[] box) {
            if (width != columns || height != rows) {
                throw new DbdException.Argument(
                        "A mask has the photo's size: " + width + "x" + height
                                + " is expected, got " + columns + "x" + rows + ".");
            }
            super.bound(width, height, box);
        }
    }
}
