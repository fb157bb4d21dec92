package org.dbdmobile;

import org.jspecify.annotations.Nullable;

/** What a photo has to be like to be called sharp. Immutable. */
public final class Strictness {
    /** As it is: one of the photo's pixels is one of the viewer's, 100 %. */
    public static final Strictness PIXEL =
            new Strictness("pixel", JudgeConstants.MAX_RADIUS_PX, 0);

    /** On a screen 1920 pixels wide. */
    public static final Strictness WEB = new Strictness("web", JudgeConstants.MAX_RADIUS_PX, 1920);

    /** On A4 paper: 3508 pixels wide, 300 dpi. */
    public static final Strictness PRINT =
            new Strictness("print", JudgeConstants.MAX_RADIUS_PX, 3508);

    private final String name;
    private final double maxRadiusPx;
    private final int atWidth;

    private Strictness(String name, double maxRadiusPx, int atWidth) {
        this.name = name;
        this.maxRadiusPx = maxRadiusPx;
        this.atWidth = atWidth;
    }

    /**
     * A strictness of one's own, at 100 %.
     *
     * @param name what to call it
     * @param maxRadiusPx the largest radius of blur that is sharp, in pixels as they are viewed, at
     *     least 1.3, which is a crisp photo's; up to twice that is soft
     * @return the strictness
     * @throws DbdException.Argument it has no name, or the radius is out of range
     */
    public static Strictness of(String name, double maxRadiusPx) {
        if (name == null || name.isEmpty()) {
            throw new DbdException.Argument("A strictness has a name, got none.");
        }
        if (!(maxRadiusPx >= JudgeConstants.CRISP_PX && maxRadiusPx < Double.POSITIVE_INFINITY)) {
            throw new DbdException.Argument(
                    "maxRadiusPx is a number from " + JudgeConstants.CRISP_PX + ", got "
                            + maxRadiusPx + ".");
        }
        return new Strictness(name, maxRadiusPx, 0);
    }

    /**
     * The same for a photo that is viewed at a width.
     *
     * @param width in pixels, 1 to 1000000
     * @return a new strictness
     * @throws DbdException.Argument the width is out of range
     */
    public Strictness at(int width) {
        if (width < 1 || width > JudgeConstants.MAX_WIDTH) {
            throw new DbdException.Argument(
                    "A photo is viewed at a width from 1 to " + JudgeConstants.MAX_WIDTH
                            + " pixels, got " + width + ".");
        }
        return new Strictness(name, maxRadiusPx, width);
    }

    /**
     * What it is called.
     *
     * @return e.g. {@code "web"}
     */
    public String name() {
        return name;
    }

    /**
     * The largest radius of blur that is sharp.
     *
     * @return pixels as they are viewed, 1.3 or more
     */
    public double maxRadiusPx() {
        return maxRadiusPx;
    }

    /**
     * The width that the photo is viewed at.
     *
     * @return pixels; 0 for the photo's own
     */
    public int atWidth() {
        return atWidth;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Strictness)) {
            return false;
        }
        Strictness that = (Strictness) other;
        return name.equals(that.name)
                && maxRadiusPx == that.maxRadiusPx
                && atWidth == that.atWidth;
    }

    @Override
    public int hashCode() {
        return (name.hashCode() * 31 + Double.valueOf(maxRadiusPx).hashCode()) * 31 + atWidth;
    }

    @Override
    public String toString() {
        return "Strictness(" + name + ", up to " + maxRadiusPx + " px"
                + (atWidth > 0 ? " at " + atWidth + " pixels)" : " at 100 %)");
    }
}
