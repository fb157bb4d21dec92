package org.dbdmobile.demo;

import org.dbdmobile.Focus;

/** What is said of a subject: its verdict in a few words. */
enum SubjectText {
    SHARP(R.string.subject_sharp, R.string.verdict_sharp),
    SOFT(R.string.subject_soft, R.string.verdict_soft),
    SOFT_BY_MOTION(R.string.subject_soft_by_motion, R.string.verdict_soft_by_motion),
    BLURRED(R.string.subject_blurred, R.string.verdict_blurred),
    BLURRED_BY_MOTION(R.string.subject_blurred_by_motion, R.string.verdict_blurred_by_motion),
    UNDECIDABLE(R.string.subject_undecidable, R.string.verdict_undecidable);

    /** The id of a string resource, with a place for the radius of blur where there is one. */
    final int text;

    /** The id of the verdict alone. */
    final int verdict;

    SubjectText(int text, int verdict) {
        this.text = text;
        this.verdict = verdict;
    }

    /** What to say of a verdict. */
    static SubjectText of(Focus focus) {
        switch (focus.verdict()) {
            case SHARP:
                return SHARP;
            case SOFT:
                return focus.isMotion() ? SOFT_BY_MOTION : SOFT;
            case BLURRED:
                return focus.isMotion() ? BLURRED_BY_MOTION : BLURRED;
            default:
                return UNDECIDABLE;
        }
    }

    /** The radius of blur in tenths of a pixel; 0 where it is undecidable. */
    static int tenths(Focus focus) {
        return (int) Math.rint(10 * focus.blurRadiusPx());
    }
}
