package org.dbdmobile;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Whether a region of a photo is in focus, and how that was found. Immutable. For the same measurements
 * all of it is what {@code Focus} in Python says.
 */
public final class Focus {
    /** What a region is like. */
    public enum Verdict {
        /** Sharp enough. */
        SHARP,
        /** Up to twice as blurred as what is sharp. */
        SOFT,
        /** More than that. */
        BLURRED,
        /** There is nothing to judge by. */
        UNDECIDABLE
    }

    private final Verdict verdict;
    private final Verdict verdictAtFull;
    private final double blurRadiusPx;
    private final double lensBlurPx;
    private final int sharpWidthPx;
    private final double score;
    private final boolean isMotion;
    private final double confidence;
    private final int cells;
    private final String where;
    private final String remark;
    private final int left;
    private final int top;
    private final int right;
    private final int bottom;
    private final boolean isSubjectFound;
    private final int photoWidth;
    private final int photoHeight;
    private final int atWidth;

    /**
     * A verdict.
     *
     * @param cells how many the region has
     * @param where what to call the region
     * @param remark what the reason starts with, or ""
     * @param box left, top, right, bottom of the region
     */
    Focus(
            RegionStatistic statistic,
            Strictness strictness,
            int cells,
            String where,
            String remark,
            int[] box,
            boolean isSubjectFound,
            int photoWidth,
            int photoHeight) {
        this.cells = cells;
        this.where = where;
        this.remark = remark;
        left = box[0];
        top = box[1];
        right = box[2];
        bottom = box[3];
        this.isSubjectFound = isSubjectFound;
        this.photoWidth = photoWidth;
        this.photoHeight = photoHeight;
        atWidth = strictness.atWidth();
        confidence = Math.min(statistic.confidence, 1);
        blurRadiusPx = statistic.radiusPx;
        isMotion = statistic.isMotion;
        if (Double.isNaN(blurRadiusPx)) {
            verdict = Verdict.UNDECIDABLE;
            verdictAtFull = verdict;
            lensBlurPx = Double.NaN;
            sharpWidthPx = 0;
            score = Double.NaN;
            return;
        }
        double maxRadius = strictness.maxRadiusPx();
        lensBlurPx = lensBlur(blurRadiusPx);
        verdict = verdict(radiusAt(atWidth), maxRadius);
        verdictAtFull = verdict(radiusAt(0), maxRadius);
        double sharpWidth =
                lensBlurPx > 0 ? photoWidth * lensBlur(maxRadius) / lensBlurPx : photoWidth;
        sharpWidthPx = Math.max((int) Math.min(photoWidth, sharpWidth), 1);
        int scoreWidth = atWidth > 0 ? atWidth : JudgeConstants.SCORE_WIDTH;
        double halves = lensBlurPx * scoreWidth / photoWidth / JudgeConstants.HALF_SCORE_PX;
        score = 1 / (1 + Math.pow(halves, JudgeConstants.SCORE_POWER));
    }

    /** What the lens added to a measured radius; 0 for a crisp one. */
    private static double lensBlur(double radiusPx) {
        double crisp = JudgeConstants.CRISP_PX * JudgeConstants.CRISP_PX;
        return Math.sqrt(Math.max(radiusPx * radiusPx - crisp, 0));
    }

    private static Verdict verdict(double radiusPx, double maxRadiusPx) {
        if (radiusPx <= maxRadiusPx) {
            return Verdict.SHARP;
        }
        return radiusPx <= JudgeConstants.SOFT_FACTOR * maxRadiusPx
                ? Verdict.SOFT
                : Verdict.BLURRED;
    }

    /**
     * What the region is like.
     *
     * @return the verdict
     */
    public Verdict verdict() {
        return verdict;
    }

    /**
     * The verdict and the numbers in a sentence, in English; made anew by each call.
     *
     * @return e.g. {@code "sharp at 100 %: blur radius 1.3 px"}
     */
    public String reason() {
        return remark + (verdict == Verdict.UNDECIDABLE ? undecidable() : decided());
    }

    private String undecidable() {
        if (cells < JudgeConstants.MIN_CELLS) {
            return "the " + where + " is too small to judge: take one of 32 pixels a side or more";
        }
        return "no texture in the " + where + " that could be sharp or not";
    }

    private String decided() {
        // As Python rounds: by the number's exact value.
        String radius =
                "blur radius "
                        + new BigDecimal(blurRadiusPx).setScale(1, RoundingMode.HALF_EVEN)
                        + " px";
        if (atWidth == 0) {
            return said(verdict) + " at 100 %: " + radius;
        }
        if (verdict != Verdict.SHARP) {
            return said(verdict) + " at " + atWidth + " pixels: " + radius;
        }
        String atFull =
                verdictAtFull == Verdict.SHARP
                        ? " and at 100 %"
                        : ", " + said(verdictAtFull) + " at 100 %";
        return "sharp to the eye at " + atWidth + " pixels" + atFull + ": " + radius;
    }

    private String said(Verdict said) {
        switch (said) {
            case SHARP:
                return "sharp";
            case SOFT:
                return isMotion ? "soft by motion" : "soft";
            default:
                return isMotion ? "blurred by motion" : "blurred";
        }
    }

    /**
     * Measured radius of the circle of confusion, in the photo's own pixels.
     *
     * @return 1 to 1.5 for a crisp photo; NaN where it is undecidable
     */
    public double blurRadiusPx() {
        return blurRadiusPx;
    }

    /**
     * Radius of what lens and motion added, in the photo's own pixels.
     *
     * @return 0 for a crisp photo; NaN where it is undecidable
     */
    public double lensBlurPx() {
        return lensBlurPx;
    }

    /**
     * The largest width at which the region looks sharp.
     *
     * @return pixels, 1 to the photo's width; 0 where it is undecidable
     */
    public int sharpWidthPx() {
        return sharpWidthPx;
    }

    /**
     * How sharp the region looks at the width that it was judged at, or else at 1920 pixels, whatever
     * size the photo has.
     *
     * @return 0 = blurred to 1 = crisp; NaN where it is undecidable
     */
    public double score() {
        return score;
    }

    /**
     * Whether the blur is one of motion rather than of focus.
     *
     * @return false where it is sharp or undecidable
     */
    public boolean isMotion() {
        return isMotion;
    }

    /**
     * How sure the measurements are that count: how likely a radius is right to a factor of 1.41.
     *
     * @return 0 to 1; 0 where none counts
     */
    public double confidence() {
        return confidence;
    }

    /**
     * The radius of blur that is seen when the photo is viewed at a width.
     *
     * @param width in pixels; 0 for the photo's own
     * @return pixels as they are viewed, 1.3 = crisp; NaN where it is undecidable
     */
    public double radiusAt(int width) {
        double added = lensBlurPx * (width > 0 ? width : photoWidth) / photoWidth;
        return Math.hypot(JudgeConstants.CRISP_PX, added);
    }

    /**
     * Where it looked.
     *
     * @return first column of the region's bounding box, in the photo's pixels
     */
    public int left() {
        return left;
    }

    /**
     * Where it looked.
     *
     * @return first row of the region's bounding box
     */
    public int top() {
        return top;
    }

    /**
     * Where it looked.
     *
     * @return column after the last one of the region's bounding box
     */
    public int right() {
        return right;
    }

    /**
     * Where it looked.
     *
     * @return row after the last one of the region's bounding box
     */
    public int bottom() {
        return bottom;
    }

    /**
     * Whether no region was given, so that it looked for the subject.
     *
     * @return false where a region was given
     */
    public boolean isSubjectFound() {
        return isSubjectFound;
    }

    /**
     * Whether it looked for the subject and nothing stands out as sharp in the blur map, so that this
     * is the verdict on the least blurred part; the reason begins with that.
     *
     * @return false where a subject was found, where a region was given, and where the whole photo
     *     was judged since that part has no texture
     */
    public boolean isLeastBlurredPart() {
        return !remark.isEmpty();
    }

    /**
     * Columns of the upright photo.
     *
     * @return pixels; the box counts in these
     */
    public int photoWidth() {
        return photoWidth;
    }

    /**
     * Rows of the upright photo.
     *
     * @return pixels
     */
    public int photoHeight() {
        return photoHeight;
    }

    /**
     * The width that it was judged at.
     *
     * @return pixels; 0 for the photo's own
     */
    public int atWidth() {
        return atWidth;
    }

    @Override
    public String toString() {
        return "Focus(" + reason() + ", in " + left + "," + top + " to " + right + "," + bottom
                + ")";
    }
}
