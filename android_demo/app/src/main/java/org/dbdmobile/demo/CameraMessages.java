package org.dbdmobile.demo;

import android.view.View;
import android.widget.Button;
import android.widget.TextView;

/** The words for a {@link CameraLifecycle.Message}. */
final class CameraMessages {
    private CameraMessages() {}

    /** Fills a message's text and its button. */
    static void show(CameraLifecycle.Message message, TextView text, Button button) {
        text.setText(text(message));
        int action = action(message);
        button.setVisibility(action == 0 ? View.GONE : View.VISIBLE);
        if (action != 0) {
            button.setText(action);
        }
    }

    /** The id of the text. */
    static int text(CameraLifecycle.Message message) {
        switch (message) {
            case STARTING:
                return R.string.camera_starting;
            case PERMISSION_NEEDED:
                return R.string.permission_needed;
            case PERMISSION_IN_SETTINGS:
                return R.string.permission_in_settings;
            case IN_USE:
                return R.string.camera_in_use;
            case LOST:
                return R.string.camera_lost;
            case DISABLED:
                return R.string.camera_disabled;
            case MISSING:
                return R.string.camera_missing;
            case FAILED:
                return R.string.camera_failed;
            default:
                throw new IllegalArgumentException(message + " has no text.");
        }
    }

    /** The id of the button's text; 0 for no button. */
    static int action(CameraLifecycle.Message message) {
        switch (message) {
            case STARTING:
                return 0;
            case PERMISSION_NEEDED:
                return R.string.allow;
            case PERMISSION_IN_SETTINGS:
                return R.string.open_settings;
            default:
                return R.string.retry;
        }
    }
}
