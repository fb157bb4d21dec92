package org.dbdmobile.demo;

import android.app.Activity;
import android.graphics.Insets;
import android.os.Build;
import android.view.View;
import android.view.WindowInsets;

/** What is around every screen's content: its bar, and room for what is the system's. */
final class ScreenFrame {
    private ScreenFrame() {}

    /** Shows a layout, which has a {@code screen} with a {@code toolbar}. */
    static void show(Activity activity, int layout) {
        activity.setContentView(layout);
        activity.setActionBar(activity.findViewById(R.id.toolbar));
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            activity.findViewById(R.id.screen)
                    .setOnApplyWindowInsetsListener(ScreenFrame::keepClear);
        }
    }

    /** Lays a message over a picture or takes it away; a screen reader passes over what it hides. */
    static void cover(View picture, View panel, boolean isCovered) {
        panel.setVisibility(isCovered ? View.VISIBLE : View.GONE);
        picture.setImportantForAccessibility(
                isCovered
                        ? View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
                        : View.IMPORTANT_FOR_ACCESSIBILITY_AUTO);
    }

    /**
     * From Android 15 on a window reaches under the system's bars and around the camera's hole. On
     * an older one the system keeps it clear of them, and nothing is left here.
     */
    private static WindowInsets keepClear(View screen, WindowInsets insets) {
        Insets taken =
                insets.getInsets(
                        WindowInsets.Type.systemBars() | WindowInsets.Type.displayCutout());
        screen.setPadding(taken.left, taken.top, taken.right, taken.bottom);
        return WindowInsets.CONSUMED;
    }
}
