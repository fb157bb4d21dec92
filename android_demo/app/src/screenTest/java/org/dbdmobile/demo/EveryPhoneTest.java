package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.graphics.Insets;
import android.net.Uri;
import android.os.Build;
import android.view.View;
import android.view.WindowInsets;
import android.widget.RadioGroup;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/** The screens on old and new Android, in other languages, with the largest letters. */
@RunWith(ScreenRunner.class)
@Config(
        sdk = {26, 34, 35},
        qualifiers = "w360dp-h640dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class EveryPhoneTest {
    private static final List<Class<? extends Activity>> SCREENS =
            Arrays.asList(CameraActivity.class, SettingsActivity.class, BenchmarkActivity.class);

    private static <T extends Activity> T started(Class<T> screen) {
        return Robolectric.buildActivity(screen).setup().get();
    }

    private static StillActivity shown() throws Exception {
        Context context = RuntimeEnvironment.getApplication();
        Intent photo =
                StillActivity.of(
                        context, Uri.fromFile(new File(Screen.ROOT, "docs/scene.jpg")));
        StillActivity activity =
                Robolectric.buildActivity(StillActivity.class, photo).setup().get();
        String judging = activity.getString(R.string.judging);
        Screen.await(
                () -> {
                    String verdict = Screen.read(activity, R.id.verdict);
                    return !verdict.isEmpty() && !verdict.equals(judging);
                });
        return activity;
    }

    private static void paintAll(String name) throws Exception {
        String stem = name + "-" + Build.VERSION.SDK_INT;
        for (Class<? extends Activity> screen : SCREENS) {
            Activity activity = started(screen);
            Screen.paint(
                    activity,
                    screen.getSimpleName().replace("Activity", "").toLowerCase(Locale.ROOT) + "-" + stem);
            Screen.checkTexts(activity);
        }
        Activity still = shown();
        Screen.paint(still, "still-" + stem);
        Screen.checkTexts(still);
    }

    @Test
    @Config(qualifiers = "+de")
    public void german_isWhole() throws Exception {
        assertEquals("Teilen", RuntimeEnvironment.getApplication().getString(R.string.share));
        paintAll("de");
    }

    @Test
    @Config(qualifiers = "+es")
    public void spanish_withLettersTwiceAsLarge_isWhole() throws Exception {
        RuntimeEnvironment.setFontScale(2);
        paintAll("es-large");
    }

    @Test
    @Config(qualifiers = "+de")
    public void germanNumbers_haveTheirComma() throws Exception {
        String reason = Screen.read(shown(), R.id.reason);
        assertTrue(reason, reason.matches(".* \\d+,\\d\u00a0px.*"));
    }

    @Test
    public void modes_standSideBySideWhereTheyFit() {
        RadioGroup modes = started(CameraActivity.class).findViewById(R.id.modes);
        assertEquals(RadioGroup.HORIZONTAL, modes.getOrientation());
    }

    @Test
    @Config(sdk = 35)
    public void windowBelowTheSystemsBars_keepsItsContentClear() throws Exception {
        for (Class<? extends Activity> screen : SCREENS) {
            Activity activity = started(screen);
            WindowInsets insets =
                    new WindowInsets.Builder()
                            .setInsets(WindowInsets.Type.statusBars(), Insets.of(0, 48, 0, 0))
                            .setInsets(
                                    WindowInsets.Type.navigationBars(), Insets.of(0, 0, 0, 96))
                            .setInsets(WindowInsets.Type.displayCutout(), Insets.of(70, 60, 0, 0))
                            .build();
            activity.getWindow().getDecorView().dispatchApplyWindowInsets(insets);
            View content = activity.findViewById(R.id.screen);
            Screen.paint(activity, "insets-" + screen.getSimpleName());
            int[] at = new int[2];
            activity.findViewById(R.id.toolbar).getLocationInWindow(at);
            assertEquals(screen.getSimpleName(), 70, at[0]);
            assertEquals(screen.getSimpleName(), 60, at[1]);
            assertEquals(96, content.getPaddingBottom());
        }
    }

    @Test
    @Config(sdk = 34)
    public void olderAndroid_keepsClearByItself() {
        Activity activity = started(SettingsActivity.class);
        assertEquals(0, activity.findViewById(R.id.screen).getPaddingTop());
    }
}
