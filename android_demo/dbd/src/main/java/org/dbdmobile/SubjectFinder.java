package org.dbdmobile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * A blur map in; where the photo's subject is, a coarse grid of places, out: what is in focus, hangs
 * together and is near the middle. The Python runtime's subject.py.
 */
final class SubjectFinder {
    /** Columns of the grid. */
    final int columns;

    /** Rows of the grid. */
    final int rows;

    /** By place: 1 = in focus. */
    private final double[] focus;

    private final int width;
    private final int height;

    /** Looks over a map; width and height are the photo's, for its shape. */
    SubjectFinder(BlurMap map, int width, int height) {
        columns = Math.min(map.width(), JudgeConstants.MAX_GRID);
        rows = Math.min(map.height(), JudgeConstants.MAX_GRID);
        focus = new double[columns * rows];
        this.width = width;
        this.height = height;
        // Down first, then across, each sum divided as it is made: as Python's are rounded.
        double[] means = new double[map.width()];
        for (int row = 0; row < rows; row++) {
            int top = row * map.height() / rows;
            int bottom = (row + 1) * map.height() / rows;
            for (int x = 0; x < map.width(); x++) {
                double sum = 0;
                for (int y = top; y < bottom; y++) {
                    sum += map.probability(x, y);
                }
                means[x] = sum / (bottom - top);
            }
            for (int column = 0; column < columns; column++) {
                int left = column * map.width() / columns;
                int right = (column + 1) * map.width() / columns;
                double sum = 0;
                for (int x = left; x < right; x++) {
                    sum += means[x];
                }
                focus[row * columns + column] = 1 - sum / (right - left);
            }
        }
    }

    /** Parts of the grid that may be the subject; first the one with the most focus near the middle. */
    List<boolean[]> subjects() {
        double[] worth = new double[focus.length];
        for (int row = 0, i = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++, i++) {
                double distance =
                        distance(row, column, (rows - 1) / 2.0, (columns - 1) / 2.0)
                                / JudgeConstants.CENTRALITY;
                worth[i] = focus[i] * Math.exp(-(distance * distance));
            }
        }
        List<Part> parts = new ArrayList<>();
        boolean[] isLeft = new boolean[focus.length];
        for (int i = 0; i < focus.length; i++) {
            isLeft[i] = focus[i] >= JudgeConstants.IN_FOCUS;
        }
        for (int i = 0; i < focus.length; i++) {
            if (isLeft[i]) {
                Part part = part(i, isLeft, worth);
                if (part.size >= JudgeConstants.SMALLEST_SHARE * focus.length) {
                    parts.add(part);
                }
            }
        }
        Collections.sort(
                parts,
                new Comparator<Part>() {
                    @Override
                    public int compare(Part one, Part other) {
                        return Double.compare(other.worth, one.worth);
                    }
                });
        List<boolean[]> places = new ArrayList<>();
        for (Part part : parts) {
            places.add(part.places);
        }
        return places;
    }

    /** The part to look at where nothing is in focus. */
    boolean[] leastBlurred() {
        int best = 0;
        for (int i = 1; i < focus.length; i++) {
            best = focus[i] > focus[best] ? i : best;
        }
        double least = quantile();
        boolean[] part = new boolean[focus.length];
        for (int row = 0, i = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++, i++) {
                boolean isNear =
                        distance(row, column, best / columns, best % columns)
                                <= JudgeConstants.NEAR;
                part[i] = isNear && focus[i] >= least;
            }
        }
        return part;
    }

    /** The focus that so much of the grid is under, as numpy finds it. */
    private double quantile() {
        double[] sorted = focus.clone();
        Arrays.sort(sorted);
        double place = (sorted.length - 1) * JudgeConstants.MOST_IN_FOCUS;
        int below = (int) Math.floor(place);
        double low = sorted[below];
        double high = sorted[Math.min(below + 1, sorted.length - 1)];
        double share = place - below;
        return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
    }

    /** Distance of two places as a share of half the photo's diagonal. */
    private double distance(double row, double column, double otherRow, double otherColumn) {
        double down = (row - otherRow) * ((double) height / rows);
        double across = (column - otherColumn) * ((double) width / columns);
        return Math.hypot(down, across) / (Math.hypot(width, height) / 2);
    }

    /** Takes what hangs together with a place by its sides out of what is left. */
    private Part part(int first, boolean[] isLeft, double[] worth) {
        boolean[] places = new boolean[focus.length];
        int[] queue = new int[focus.length];
        int size = 0;
        queue[size++] = first;
        isLeft[first] = false;
        for (int next = 0; next < size; next++) {
            int place = queue[next];
            places[place] = true;
            int column = place % columns;
            size = take(place - columns, place >= columns, isLeft, queue, size);
            size = take(place + columns, place + columns < focus.length, isLeft, queue, size);
            size = take(place - 1, column > 0, isLeft, queue, size);
            size = take(place + 1, column + 1 < columns, isLeft, queue, size);
        }
        double sum = 0;
        for (int i = 0; i < places.length; i++) {
            sum += places[i] ? worth[i] : 0;
        }
        return new Part(places, size, sum);
    }

    private static int take(int place, boolean isThere, boolean[] isLeft, int[] queue, int size) {
        if (!isThere || !isLeft[place]) {
            return size;
        }
        isLeft[place] = false;
        queue[size] = place;
        return size + 1;
    }

    private static final class Part {
        final boolean[] places;
        final int size;
        final double worth;

        Part(boolean[] places, int size, double worth) {
            this.places = places;
            this.size = size;
            this.worth = worth;
        }
    }
}
