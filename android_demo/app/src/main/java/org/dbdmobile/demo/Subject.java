package org.dbdmobile.demo;

import org.dbdmobile.Region;

/**
 * The place that was tapped: a square around it, a fifth of the photo's shorter side, moved into the
 * photo where it would reach out. Immutable.
 */
final class Subject {
    private static final float SIDE = 0.2f;

    private final float x;
    private final float y;

    /**
     * A subject.
     *
     * @param x of the tap, 0 = the photo's left edge to 1 = its right edge
     * @param y of the tap, 0 = the top to 1 = the bottom
     */
    Subject(float x, float y) {
        this.x = Math.min(Math.max(x, 0), 1);
        this.y = Math.min(Math.max(y, 0), 1);
    }

    /** The tap's place across, 0 = left to 1 = right. */
    float x() {
        return x;
    }

    /** The tap's place down, 0 = top to 1 = bottom. */
    float y() {
        return y;
    }

    /** The square in a photo of this size. */
    Region square(int width, int height) {
        int left = left(width, height);
        int top = top(width, height);
        int side = side(width, height);
        return Region.box(left, top, left + side, top + side);
    }

    /** The square's side, in pixels of a photo of this size. */
    int side(int width, int height) {
        return Math.max(1, Math.round(Math.min(width, height) * SIDE));
    }

    /** The square's first column. */
    int left(int width, int height) {
        return start(x, width, side(width, height));
    }

    /** The square's first row. */
    int top(int width, int height) {
        return start(y, height, side(width, height));
    }

    private static int start(float at, int length, int side) {
        return Math.min(Math.max(Math.round(at * length - side / 2f), 0), length - side);
    }
}
