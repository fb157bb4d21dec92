package org.dbdmobile.demo;

import android.graphics.Bitmap;

/** A decoded photo, upright. Immutable. */
final class Still {
    /** The pixels to judge it by: all of them, unless there are too many. */
    final Bitmap whole;

    /** The picture to show and to share; the same where a screen can show it. */
    final Bitmap shown;

    /** How many of the photo's own pixels, across and down, are one of {@link #whole}. */
    final int reducedBy;

    /** A photo. */
    Still(Bitmap whole, Bitmap shown, int reducedBy) {
        this.whole = whole;
        this.shown = shown;
        this.reducedBy = reducedBy;
    }
}
