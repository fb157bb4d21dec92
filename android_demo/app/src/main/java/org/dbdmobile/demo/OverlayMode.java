package org.dbdmobile.demo;

import org.dbdmobile.BlurMap;

/** What is laid over the picture. */
enum OverlayMode {
    /** The redder the more likely blurred. */
    HEAT_MAP {
        @Override
        void paint(BlurMap map, byte[] mask, int[] argb) {
            map.heatMap(argb);
        }
    },
    /** Dark where blurred, so that only what is in focus is seen well. */
    MASK {
        @Override
        void paint(BlurMap map, byte[] mask, int[] argb) {
            map.mask(0.5f, mask);
            for (int i = 0; i < argb.length; i++) {
                argb[i] = mask[i] == 0 ? 0 : MASKED;
            }
        }
    },
    /** Green edges where in focus. */
    FOCUS_PEAKING {
        @Override
        void paint(BlurMap map, byte[] mask, int[] argb) {
            map.focusPeaking(CONTRAST, argb);
        }
    };

    private static final int MASKED = 0xD0101014;
    // The library's advice for most scenes.
    private static final int CONTRAST = 48;

    /**
     * Draws the overlay; allocates nothing.
     *
     * @param map what to draw
     * @param mask scratch space of the map's size
     * @param argb where the map's pixels go, 0xAARRGGBB
     */
    abstract void paint(BlurMap map, byte[] mask, int[] argb);
}
