package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.app.Activity;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.text.Layout;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ImageView;
import android.widget.Spinner;
import android.widget.TextView;
import android.widget.Toolbar;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.robolectric.shadows.ShadowLooper;

/** What tests of screens share: waiting, painting, looking over a screen as a person would. */
final class Screen {
    static final File ROOT = new File(System.getProperty("dbd.root"));
    private static final File PICTURES = new File(System.getProperty("dbd.screens"));
    private static final long PATIENCE_MS = 60_000;

    private Screen() {}

    /** Lets the main thread work until something has come true. */
    static void await(Callable<Boolean> condition) throws Exception {
        long end = System.currentTimeMillis() + PATIENCE_MS;
        do {
            ShadowLooper.idleMainLooper();
            if (condition.call()) {
                return;
            }
            Thread.sleep(5);
        } while (System.currentTimeMillis() < end);
        throw new AssertionError("It did not come true in " + PATIENCE_MS + " ms.");
    }

    /** Paints a screen as it is now into NAME.png. */
    static Bitmap paint(Activity activity, String name) throws IOException {
        ShadowLooper.idleMainLooper();
        View window = activity.getWindow().getDecorView();
        Bitmap picture =
                Bitmap.createBitmap(
                        window.getWidth(), window.getHeight(), Bitmap.Config.ARGB_8888);
        window.draw(new Canvas(picture));
        try (OutputStream out = new FileOutputStream(new File(PICTURES, name + ".png"))) {
            picture.compress(Bitmap.CompressFormat.PNG, 100, out);
        }
        checkAccessible(activity);
        return picture;
    }

    /** The message over the picture; empty where none is shown. */
    static String message(Activity activity) {
        View panel = activity.findViewById(R.id.message_panel);
        TextView text = activity.findViewById(R.id.message);
        return panel.getVisibility() == View.VISIBLE ? text.getText().toString() : "";
    }

    /** What a text shows. */
    static String read(Activity activity, int id) {
        return ((TextView) activity.findViewById(id)).getText().toString();
    }

    /** No text is cut off, and none broken within a word. */
    static void checkTexts(Activity activity) {
        checkTexts(activity.getWindow().getDecorView());
    }

    private static void checkTexts(View view) {
        if (view.getVisibility() != View.VISIBLE) {
            return;
        }
        for (int i = 0; view instanceof ViewGroup && i < ((ViewGroup) view).getChildCount(); i++) {
            checkTexts(((ViewGroup) view).getChildAt(i));
        }
        Layout lines = view instanceof TextView ? ((TextView) view).getLayout() : null;
        if (lines == null || lines.getText().length() == 0) {
            return;
        }
        TextView text = (TextView) view;
        int height = text.getHeight() - text.getTotalPaddingTop() - text.getTotalPaddingBottom();
        assertTrue("cut off: " + text.getText(), lines.getHeight() <= height);
        for (int line = 0; line < lines.getLineCount(); line++) {
            assertEquals("cut off: " + text.getText(), 0, lines.getEllipsisCount(line));
            int end = lines.getLineEnd(line);
            assertTrue(
                    "broken: " + text.getText(),
                    end == lines.getText().length()
                            || !Character.isLetterOrDigit(lines.getText().charAt(end - 1)));
        }
    }

    /** Whatever can be tapped is large enough and has words for a screen reader. */
    private static void checkAccessible(Activity activity) {
        float density = activity.getResources().getDisplayMetrics().density;
        int[] count = new int[1];
        View content = activity.findViewById(android.R.id.content);
        Set<Integer> labelled = new HashSet<>();
        addLabelled(content, labelled);
        checkAccessible(content, density, count, labelled);
        assertTrue("nothing can be tapped", count[0] > 0);
    }

    private static void addLabelled(View view, Set<Integer> labelled) {
        labelled.add(view.getLabelFor());
        for (int i = 0; view instanceof ViewGroup && i < ((ViewGroup) view).getChildCount(); i++) {
            addLabelled(((ViewGroup) view).getChildAt(i), labelled);
        }
    }

    private static void checkAccessible(
            View view, float density, int[] count, Set<Integer> labelled) {
        // A toolbar's buttons are the system's own.
        if (view.getVisibility() != View.VISIBLE || view instanceof Toolbar) {
            return;
        }
        if (view instanceof ViewGroup && !(view instanceof Spinner)) {
            for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
                checkAccessible(((ViewGroup) view).getChildAt(i), density, count, labelled);
            }
        }
        boolean hasWords =
                view.getContentDescription() != null
                        || view.getId() != View.NO_ID && labelled.contains(view.getId())
                        || view instanceof TextView && ((TextView) view).getText().length() > 0;
        if (view instanceof ImageView) {
            assertTrue("a picture has a description: " + view, hasWords);
        }
        if (view.isClickable() && view.isEnabled()) {
            count[0]++;
            assertTrue("no words for " + view, hasWords);
            assertTrue("too low: " + view, view.getHeight() >= 48 * density - 1);
            assertTrue("too narrow: " + view, view.getWidth() >= 48 * density - 1);
        }
    }

    /** A pixel of a painted screen. */
    static void assertColor(String what, int expected, int pixel) {
        assertEquals(what, Integer.toHexString(expected), Integer.toHexString(pixel));
    }
}
