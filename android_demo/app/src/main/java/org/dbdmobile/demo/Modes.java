package org.dbdmobile.demo;

/** The buttons that choose an {@link OverlayMode}. */
final class Modes {
    private Modes() {}

    /** The mode of a radio button's id. */
    static OverlayMode of(int button) {
        if (button == R.id.mode_mask) {
            return OverlayMode.MASK;
        }
        return button == R.id.mode_peaking ? OverlayMode.FOCUS_PEAKING : OverlayMode.HEAT_MAP;
    }
}
