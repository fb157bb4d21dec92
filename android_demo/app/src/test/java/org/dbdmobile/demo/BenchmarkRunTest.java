package org.dbdmobile.demo;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.dbdmobile.BlurModel;
import org.dbdmobile.DbdException;
import org.json.JSONObject;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A whole benchmark with TensorFlow Lite's native code, on two tiny models. */
public class BenchmarkRunTest
        implements BenchmarkRun.Listener, BenchmarkRun.Phone, BenchmarkClock {
    private static final Path TINY =
            Paths.get(System.getProperty("dbd.root"), "tests/runtime/data/tiny_int8.tflite");

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> heard = new ArrayList<>();
    private final Map<String, byte[]> assets = new HashMap<>();
    private BenchmarkRun run;
    private final Map<String, String> texts = new HashMap<>();
    private boolean stopsAtOnce;
    private boolean stopsWhenCooling;
    private int stopsAfterMinutes = -1;
    private long stepMs = 10;
    private long nanoseconds;
    private double degrees = 30;
    private double degreesOfARow;

    private final BlurModel.Assets packed =
            path -> {
                byte[] asset = assets.get(path);
                if (asset == null) {
                    throw new FileNotFoundException(path);
                }
                return new ByteArrayInputStream(asset);
            };

    @Before
    public void pack() throws Exception {
        byte[] model = Files.readAllBytes(TINY);
        String sha256 = BlurModel.read(new ByteArrayInputStream(model), "x", null).sha256();
        for (String id : new String[] {"one", "two"}) {
            String card =
                    "{\"id\": \"" + id + "\", \"kind\": \"blur-map\", \"sha256\": \"" + sha256
                            + "\", \"precision\": \"int8\"}";
            assets.put("org.dbdmobile/" + id + "/card.json", card.getBytes("UTF-8"));
            assets.put("org.dbdmobile/" + id + "/model.tflite", model);
        }
    }

    private boolean measured(String models) throws Exception {
        texts.put("name", "b");
        texts.put("models", models);
        texts.putIfAbsent("kernels", "xnnpack,cpu");
        texts.putIfAbsent("threads", "1,2");
        texts.put("runs", "5");
        texts.put("seed", "3");
        BenchmarkPlan plan = BenchmarkPlan.parse(Arrays.asList("one", "two"), texts);
        run = new BenchmarkRun(plan, packed, this, this, this);
        return run.run(folder.getRoot());
    }

    /** A step every time it is asked, so that a photo takes three. */
    @Override
    public long nanoTime() {
        nanoseconds += stepMs * 1_000_000;
        return nanoseconds;
    }

    /** The phone loses half a degree a second. */
    @Override
    public void sleep(long milliseconds) {
        nanoseconds += milliseconds * 1_000_000;
        degrees = Math.max(30, degrees - milliseconds / 2000.0);
        if (stopsWhenCooling) {
            run.stop();
        }
    }

    private JSONObject report(String model) throws Exception {
        Path file = folder.getRoot().toPath().resolve("b." + model + ".json");
        return new JSONObject(new String(Files.readAllBytes(file), "UTF-8"));
    }

    @Test
    public void run_measuresEveryCombination() throws Exception {
        assertTrue(measured("one,two"));
        for (String model : new String[] {"one", "two"}) {
            JSONObject report = report(model);
            assertEquals(model, report.getJSONObject("model").getString("name"));
            assertEquals("int8", report.getJSONObject("model").getString("precision"));
            assertEquals("neon", report.getJSONObject("machine").getJSONArray("features").get(0));
            assertEquals(0.5, report.getJSONObject("load").getDouble("average_before"), 0);
            assertTrue(report.getJSONObject("load").isNull("others_share"));
            assertEquals(8, report.getJSONArray("latencies").length());
            Set<Integer> turns = new TreeSet<>();
            for (int i = 0; i < 8; i++) {
                JSONObject latency = report.getJSONArray("latencies").getJSONObject(i);
                assertEquals(1 + i / 2 % 2, latency.getInt("threads"));
                assertEquals(i < 4 ? "xnnpack" : "cpu", latency.getString("delegate"));
                assertEquals(i % 2 == 1, latency.has("frame"));
                JSONObject total = latency.getJSONObject("stages_ms").getJSONObject("total");
                assertEquals(5, total.getInt("runs"));
                assertEquals(30, total.getDouble("p50"), 1e-6);
                // A step between two photos, and one at the end: 210 milliseconds for five.
                assertEquals(5000 / 210.0, latency.getDouble("frames_per_second"), 1e-6);
                assertEquals(1020, latency.getDouble("warm_up_ms"), 1e-6);
                assertEquals(34, latency.getInt("warm_up_runs"));
                assertTrue(latency.getBoolean("is_steady"));
                turns.add(latency.getInt("turn"));
            }
            assertEquals("[1, 2, 3, 4, 5, 6, 7, 8]", turns.toString());
            assertEquals(3, report.getInt("order_seed"));
            assertEquals(-4, report.getInt("thread_priority"));
            assertFalse(report.has("compiled"));
            assertFalse(report.has("sustained"));
        }
        // Once in a process there is a cold start; the test's own process may have had it.
        assertTrue(report("two").isNull("cold_start_ms"));
        assertTrue("the first model's is in it", report("two").isNull("peak_memory_bytes"));
        assertEquals(
                report("one").isNull("cold_start_ms"), report("one").isNull("peak_memory_bytes"));
        BenchmarkPlan plan = BenchmarkPlan.parse(Arrays.asList("one", "two"), texts);
        String first = plan.turns(plan.rows()).get(0).toString();
        assertEquals("0 one " + first, heard.get(0));
        assertEquals("cooling", heard.get(1));
        assertEquals("7 one", heard.get(14).substring(0, 5));
        assertEquals("wrote one", heard.get(15));
        assertEquals("cooling", heard.get(16));
        assertEquals("8 two " + first, heard.get(17));
        assertEquals(2 * 16 + 1, heard.size());
    }

    @Test
    public void rows_startAsCoolAsTheFirst() throws Exception {
        texts.put("kernels", "xnnpack");
        degreesOfARow = 8;
        assertTrue(measured("one,two"));
        for (String model : new String[] {"one", "two"}) {
            for (int i = 0; i < 4; i++) {
                JSONObject latency = report(model).getJSONArray("latencies").getJSONObject(i);
                JSONObject before = latency.getJSONObject("before");
                boolean isFirst = model.equals("one") && latency.getInt("turn") == 1;
                // From 38 degrees to 31, at half a degree a second.
                assertEquals(isFirst ? 0 : 14_000, latency.getDouble("pause_ms"), 100);
                assertEquals(isFirst ? 30 : 31, before.getDouble("temperature_c"), 1e-9);
                assertTrue(latency.getJSONObject("after").getBoolean("is_charging"));
                assertFalse(before.getBoolean("is_power_save"));
                assertTrue(before.isNull("headroom"));
            }
        }
    }

    @Test
    public void compilation_isWhatTheDriverFound() throws Exception {
        texts.put("kernels", "xnnpack");
        texts.put("compiled", "speed");
        assertTrue(measured("one"));
        assertEquals("speed", report("one").getString("compiled"));
    }

    @Test
    public void minutes_goOnWithWhatIsFastestOnCameraFrames() throws Exception {
        texts.put("kernels", "xnnpack");
        texts.put("threads", "2");
        texts.put("minutes", "3");
        stepMs = 50;
        assertTrue(measured("one"));
        JSONObject sustained = report("one").getJSONObject("sustained");
        assertEquals(2, sustained.getInt("threads"));
        assertEquals("xnnpack", sustained.getString("delegate"));
        assertEquals(90, sustained.getJSONObject("frame").getInt("rotation"));
        assertEquals(3, sustained.getJSONArray("minutes").length());
        for (int i = 0; i < 3; i++) {
            JSONObject minute = sustained.getJSONArray("minutes").getJSONObject(i);
            // Four steps of the clock for the frame, one to look whether the minute is over.
            assertEquals(4, minute.getDouble("frames_per_second"), 1e-6);
            assertEquals(240, minute.getJSONObject("total_ms").getInt("runs"));
            double celsius = minute.getJSONObject("after").getDouble("temperature_c");
            assertEquals(i == 0 ? 30 : 45, celsius, 1e-9);
        }
        JSONObject heat = report("one").getJSONObject("heat_after");
        assertEquals("that of the rows", 30, heat.getDouble("temperature_c"), 1e-9);
        assertEquals(
                Arrays.asList("2 one, 0 over", "3 one, 1 over", "4 one, 2 over", "5 one, 3 over"),
                heard.subList(4, 8));
    }

    @Test
    public void stopInALaterMinute_leavesNothing() throws Exception {
        texts.put("kernels", "xnnpack");
        texts.put("minutes", "3");
        stepMs = 50;
        stopsAfterMinutes = 1;
        assertFalse(measured("one"));
        assertArrayEquals(new String[0], folder.getRoot().list());
    }

    @Test
    public void stopWhileItCools_endsThePause() throws Exception {
        stopsWhenCooling = true;
        assertFalse(measured("one"));
        assertArrayEquals(new String[0], folder.getRoot().list());
    }

    @Test
    public void stop_leavesNothingHalfMeasured() throws Exception {
        stopsAtOnce = true;
        assertFalse(measured("one,two"));
        assertArrayEquals(new String[0], folder.getRoot().list());
    }

    @Test
    public void reportsOfBefore_stayUntilTheNextOnesAreWhole() throws Exception {
        Path before = folder.getRoot().toPath().resolve("b.two.json");
        byte[] report = "{\"good\": 1}".getBytes("UTF-8");
        Files.write(before, report);
        stopsAtOnce = true;
        assertFalse(measured("two"));
        assertArrayEquals(report, Files.readAllBytes(before));
        assets.put("org.dbdmobile/two/model.tflite", new byte[100]);
        assertThrows(DbdException.Model.class, () -> measured("two"));
        assertArrayEquals(report, Files.readAllBytes(before));
        assertArrayEquals(new String[] {"b.two.json"}, folder.getRoot().list());
        stopsAtOnce = false;
        pack();
        assertTrue(measured("two"));
        assertEquals("two", report("two").getJSONObject("model").getString("name"));
        assertArrayEquals(new String[] {"b.two.json"}, folder.getRoot().list());
    }

    @Test
    public void modelThatIsRefused_leavesNoReportOfIt() {
        assets.put("org.dbdmobile/two/model.tflite", new byte[100]);
        assertThrows(DbdException.Model.class, () -> measured("one,two"));
        assertArrayEquals(new String[] {"b.one.json"}, folder.getRoot().list());
    }

    @Test
    public void fullStorage_isSaidBeforeAnythingIsMeasured() throws Exception {
        Files.createSymbolicLink(
                folder.getRoot().toPath().resolve("b.two.json.part"), Paths.get("/dev/full"));
        IOException error = assertThrows(IOException.class, () -> measured("two"));
        assertEquals(R.string.storage_full, Failure.of(error).message);
        assertTrue(heard.isEmpty());
        assertArrayEquals(new String[0], folder.getRoot().list());
    }

    @Override
    public void cooling() {
        heard.add("cooling");
    }

    @Override
    public void measuring(int done, String model, BenchmarkRow row) {
        heard.add(done + " " + model + " " + row);
        degrees = 30 + degreesOfARow;
        if (stopsAtOnce) {
            run.stop();
        }
    }

    @Override
    public void sustaining(int done, String model, List<Sustained.Minute> minutes) {
        heard.add(done + " " + model + ", " + minutes.size() + " over");
        degrees = minutes.isEmpty() ? degrees : 45;
        if (minutes.size() == stopsAfterMinutes) {
            run.stop();
        }
    }

    @Override
    public void wrote(File file, BenchmarkReport report) {
        heard.add("wrote " + report.model);
    }

    @Override
    public BenchmarkReport.Machine machine() {
        BenchmarkReport.Machine machine = new BenchmarkReport.Machine();
        machine.system = "test";
        machine.features = Collections.singletonList("neon");
        return machine;
    }

    @Override
    public PhoneState state() {
        return new PhoneState(degrees, null, null, true, false);
    }

    @Override
    public int threadPriority() {
        return -4;
    }

    @Override
    public Double loadAverage() {
        return 0.5;
    }

    @Override
    public Map<String, String> versions() {
        return Collections.singletonMap("dbd-mobile", "test");
    }

    @Override
    public Long peakMemoryBytes() {
        return 1024L;
    }
}
