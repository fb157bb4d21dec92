package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.widget.Spinner;
import android.widget.TextView;
import java.io.File;
import java.util.Arrays;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.shadows.ShadowLooper;

/** The settings on Android's own classes. */
@RunWith(ScreenRunner.class)
@Config(sdk = 34, qualifiers = "w360dp-h640dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class SettingsScreenTest {
    private static SettingsActivity started() {
        return Robolectric.buildActivity(SettingsActivity.class).setup().get();
    }

    @Test
    public void choices_areThoseOfThisApp_andKept() throws Exception {
        SettingsActivity activity = started();
        Screen.paint(activity, "settings");
        Spinner models = activity.findViewById(R.id.model);
        String[] packed = blurModels();
        assertEquals(packed.length, models.getCount());
        for (int i = 0; i < packed.length; i++) {
            assertEquals(packed[i], models.getItemAtPosition(i));
        }
        Spinner threads = activity.findViewById(R.id.threads);
        Spinner kernels = activity.findViewById(R.id.kernels);
        assertEquals(2, kernels.getCount());
        models.setSelection(packed.length - 1);
        threads.setSelection(1);
        kernels.setSelection(1);
        ShadowLooper.idleMainLooper();
        DemoSettings kept = new SettingsStore(RuntimeEnvironment.getApplication()).read();
        assertEquals(packed[packed.length - 1], kept.model);
        assertEquals(DemoSettings.THREADS[1], kept.threads);
        assertEquals(Kernels.CPU, kept.kernels);
        activity.finish();
        assertEquals(1, ((Spinner) started().findViewById(R.id.threads))
                .getSelectedItemPosition());
    }

    /** Those that find blur: the one that measures it is no choice. */
    private static String[] blurModels() {
        String[] ids = new File(Screen.ROOT, "dbd_mobile/models").list();
        Arrays.sort(ids);
        return Arrays.stream(ids).filter(id -> !id.equals("detail")).toArray(String[]::new);
    }

    @Test
    @Config(qualifiers = "+night")
    public void settings_atNight_arePaintedDark() throws Exception {
        SettingsActivity activity = started();
        Screen.paint(activity, "settings-night");
        TextView about = activity.findViewById(R.id.about);
        assertTrue(about.getText().toString().startsWith("dbd-mobile "));
    }
}
