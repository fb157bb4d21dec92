package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Context;
import android.content.Intent;
import android.os.BatteryManager;
import android.os.PowerManager;
import android.os.Process;
import android.view.ViewGroup;
import android.widget.ScrollView;
import android.widget.TextView;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.json.JSONObject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowLog;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.shadows.ShadowPowerManager;

/** The benchmark as adb starts it, with TensorFlow Lite's own native code; its times mean nothing. */
@RunWith(ScreenRunner.class)
@Config(sdk = 34, qualifiers = "w360dp-h640dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class BenchmarkScreenTest {
    private final Context context = RuntimeEnvironment.getApplication();
    private final String model = new Models(context.getAssets()).ids().get(0);
    private ActivityController<BenchmarkActivity> controller;

    /** Time that runs sixty times as fast: a minute is a second. */
    private static final BenchmarkClock FAST =
            new BenchmarkClock() {
                @Override
                public long nanoTime() {
                    return 60 * System.nanoTime();
                }

                @Override
                public void sleep(long milliseconds) {
                    BenchmarkClock.SYSTEM.sleep(milliseconds / 60);
                }
            };

    /** A phone that tells its headroom; asked too soon, it does not, as Android does. */
    @Implements(PowerManager.class)
    public static final class PhoneWithHeadroom extends ShadowPowerManager {
        private static long last = System.nanoTime() - 1_000_000_000;

        @Implementation(minSdk = 30)
        protected float getThermalHeadroom(int forecastSeconds) {
            long now = System.nanoTime();
            boolean isTooSoon = now - last < 500_000_000;
            last = now;
            return isTooSoon || forecastSeconds != 0 ? Float.NaN : 0.5f;
        }
    }

    private BenchmarkActivity started(String... extras) {
        return startedBy(FAST, extras);
    }

    private BenchmarkActivity startedBy(BenchmarkClock clock, String... extras) {
        Intent intent = new Intent();
        for (int i = 0; i < extras.length; i += 2) {
            intent.putExtra(extras[i], extras[i + 1]);
        }
        controller = Robolectric.buildActivity(BenchmarkActivity.class, intent);
        controller.get().clock = clock;
        controller.setup();
        return controller.get();
    }

    /** News of the battery: what it is plugged into, and that it has 31.2 degrees. */
    @SuppressWarnings("deprecation") // Of this kind is Android's own.
    private void tellOfBattery(int plugged) {
        context.sendStickyBroadcast(
                new Intent(Intent.ACTION_BATTERY_CHANGED)
                        .putExtra(BatteryManager.EXTRA_PLUGGED, plugged)
                        .putExtra(BatteryManager.EXTRA_TEMPERATURE, 312));
    }

    private JSONObject report(String name) throws Exception {
        File file = new File(context.getExternalFilesDir("bench"), name + "." + model + ".json");
        return new JSONObject(new String(Files.readAllBytes(file.toPath()), "UTF-8"));
    }

    /** To the end of what has come last, once it has its place. */
    private static void scrollDown(BenchmarkActivity activity) {
        ShadowLooper.idleMainLooper(100, TimeUnit.MILLISECONDS);
        ScrollView scroll = activity.findViewById(R.id.scroll);
        scroll.scrollTo(0, scroll.getChildAt(0).getHeight());
    }

    private static List<String> log() {
        return ShadowLog.getLogsForTag("dbd-bench").stream()
                .map(line -> line.msg)
                .collect(Collectors.toList());
    }

    private static String status(BenchmarkActivity activity) {
        return ((TextView) activity.findViewById(R.id.status)).getText().toString();
    }

    @Test
    public void headlessStart_writesAReportAndSaysSo() throws Exception {
        PowerManager power = (PowerManager) context.getSystemService(Context.POWER_SERVICE);
        shadowOf(power).setCurrentThermalStatus(PowerManager.THERMAL_STATUS_MODERATE);
        tellOfBattery(BatteryManager.BATTERY_PLUGGED_USB);
        BenchmarkActivity activity =
                started(
                        "name", "n1", "models", model, "threads", "1", "runs", "3", "minutes", "2",
                        "seed", "1", "compiled", "speed");
        Screen.await(() -> status(activity).startsWith("Done."));
        scrollDown(activity);
        Screen.paint(activity, "benchmark-minutes");
        Screen.checkTexts(activity);
        File report = new File(context.getExternalFilesDir("bench"), "n1." + model + ".json");
        assertTrue(log().get(0), log().get(0).startsWith("n1 measuring " + model + " xnnpack 1"));
        assertEquals("n1 cooling", log().get(1));
        assertTrue(log().toString(), log().contains("n1 measuring " + model + " xnnpack 1 camera"));
        assertTrue(log().get(5), log().get(5).startsWith("n1 minute 2 of " + model + ": "));
        assertEquals("n1 wrote " + report, log().get(6));
        assertEquals("n1 done", log().get(7));
        ViewGroup results = activity.findViewById(R.id.results);
        assertEquals("a photo, camera frames, minutes", 3, results.getChildCount());
        for (int i = 0; i < 3; i++) {
            TextView times = results.getChildAt(i).findViewById(R.id.times);
            assertTrue(times.getText().toString().contains("plugged in"));
            assertTrue(times.getText().toString().contains("slowed itself down"));
        }
        JSONObject json = report("n1");
        JSONObject camera = json.getJSONArray("latencies").getJSONObject(1);
        assertTrue(camera.getJSONObject("after").getBoolean("is_charging"));
        assertFalse(camera.getJSONObject("after").isNull("temperature_c"));
        assertEquals(Process.THREAD_PRIORITY_DISPLAY, json.getInt("thread_priority"));
        assertEquals(2, json.getJSONObject("sustained").getJSONArray("minutes").length());
        // For the check of its schema, which is the Python tests'.
        File out = new File(System.getProperty("dbd.screens"), "benchmark.json");
        Files.copy(
                report.toPath(),
                out.toPath(),
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    @Config(shadows = PhoneWithHeadroom.class)
    public void phoneOffTheCharger_isMeasuredByItsOwnClockWithoutMarks() throws Exception {
        tellOfBattery(0);
        BenchmarkActivity activity =
                startedBy(
                        BenchmarkClock.SYSTEM,
                        "name", "n7", "models", model, "threads", "1", "runs", "3");
        Screen.await(() -> status(activity).startsWith("Done."));
        scrollDown(activity);
        Screen.paint(activity, "benchmark");
        for (int i = 0; i < 2; i++) {
            JSONObject row = report("n7").getJSONArray("latencies").getJSONObject(i);
            assertFalse(row.getJSONObject("before").getBoolean("is_charging"));
            assertEquals(0, row.getJSONObject("after").getJSONArray("throttling").length());
            assertEquals(0.5, row.getJSONObject("before").getDouble("headroom"), 1e-6);
            assertEquals(0.5, row.getJSONObject("after").getDouble("headroom"), 1e-6);
        }
        assertFalse(report("n7").has("sustained"));
    }

    /** A report with every note there is; its numbers are made. */
    private static BenchmarkReport madeReport() {
        PhoneState hot =
                new PhoneState(41.0, Collections.singletonList("light"), 0.9, true, true);
        Percentiles times = new Percentiles(new double[] {123.4, 130, 141.5});
        Percentiles[] stages = {times, times, times, times};
        BenchmarkReport report = new BenchmarkReport();
        report.model = "lite";
        report.rows = new ArrayList<>();
        for (BenchmarkRow.Input input : BenchmarkRow.Input.values()) {
            BenchmarkReport.Row row = new BenchmarkReport.Row();
            BenchmarkRow what = new BenchmarkRow(Kernels.CPU, 4, input);
            row.result = new Benchmark.Result(what, 35.1, 200, new WarmUp(), stages, 7.5);
            row.before = hot;
            row.after = hot;
            report.rows.add(row);
            report.sustained = new Sustained(what, hot);
        }
        report.sustained.minutes.add(new Sustained.Minute(times, 7.5, hot));
        return report;
    }

    private void paintMadeResults(String name) throws Exception {
        BenchmarkActivity activity = started();
        new BenchmarkResults(activity.findViewById(R.id.results)).add(madeReport());
        scrollDown(activity);
        Screen.paint(activity, name);
        Screen.checkTexts(activity);
    }

    @Test
    @Config(qualifiers = "+de")
    public void germanResults_areWhole() throws Exception {
        paintMadeResults("benchmark-results-de");
    }

    @Test
    @Config(qualifiers = "+es")
    public void spanishResults_withLettersTwiceAsLarge_areWhole() throws Exception {
        RuntimeEnvironment.setFontScale(2);
        paintMadeResults("benchmark-results-es-large");
    }

    @Test
    public void wrongArguments_areOneLineInTheLog() {
        BenchmarkActivity activity = started("name", "n2", "models", "none");
        ShadowLooper.idleMainLooper();
        assertTrue(status(activity).startsWith("This cannot be measured."));
        assertTrue(log().get(0).startsWith("n2 failed: This cannot be measured."));
        assertTrue("says why, for adb", log().get(0).contains("There is no model 'none'"));
    }

    @Test
    public void fullStorage_isSaidOnTheScreenAndInTheLog() throws Exception {
        File folder = context.getExternalFilesDir("bench");
        Files.createSymbolicLink(
                folder.toPath().resolve("n3." + model + ".json.part"), Paths.get("/dev/full"));
        BenchmarkActivity activity = started("name", "n3", "models", model);
        String full = context.getString(R.string.storage_full);
        Screen.await(() -> status(activity).equals(full));
        Screen.paint(activity, "message-storage-full");
        assertTrue(log().get(0).startsWith("n3 failed: " + full));
        assertEquals(0, folder.list().length);
    }

    @Test
    public void startedAgain_measuresOneAfterTheOther() throws Exception {
        BenchmarkActivity activity =
                started("name", "n5", "models", model, "threads", "1", "runs", "100000");
        Screen.await(() -> !log().isEmpty());
        Intent again =
                new Intent()
                        .putExtra("name", "n6")
                        .putExtra("models", model)
                        .putExtra("threads", "1")
                        .putExtra("runs", "1");
        controller.newIntent(again);
        assertTrue(log().contains("n6 failed: " + context.getString(R.string.benchmark_busy)));
        activity.findViewById(R.id.start).performClick();
        Screen.await(() -> log().contains("n5 failed: it was stopped"));
        Screen.await(() -> status(activity).equals(context.getString(R.string.benchmark_stopped)));
        controller.newIntent(again);
        Screen.await(() -> log().contains("n6 done"));
    }

    @Test
    public void screenThatIsLeft_stopsTheMeasurement() throws Exception {
        BenchmarkActivity activity =
                started("name", "n4", "models", model, "threads", "1", "runs", "100000");
        Screen.await(() -> !log().isEmpty());
        controller.pause().stop();
        String stopped = context.getString(R.string.benchmark_stopped);
        Screen.await(() -> status(activity).equals(stopped));
        File folder = context.getExternalFilesDir("bench");
        assertFalse(new File(folder, "n4." + model + ".json").exists());
    }

    @Test
    @Config(qualifiers = "+night")
    public void choices_startNothingByThemselves() throws Exception {
        BenchmarkActivity activity = started();
        Screen.paint(activity, "benchmark-night");
        assertEquals(context.getString(R.string.benchmark_ready), status(activity));
        assertTrue(log().isEmpty());
    }
}
