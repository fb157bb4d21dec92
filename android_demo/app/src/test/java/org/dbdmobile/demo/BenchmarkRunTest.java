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
import org.dbdmobile.BlurModel;
import org.dbdmobile.DbdException;
import org.json.JSONObject;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A whole benchmark with TensorFlow Lite's native code, on two tiny models. */
public class BenchmarkRunTest implements BenchmarkRun.Listener, BenchmarkRun.Phone {
    private static final Path TINY =
            Paths.get(System.getProperty("dbd.root"), "tests/runtime/data/tiny_int8.tflite");

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> heard = new ArrayList<>();
    private final Map<String, byte[]> assets = new HashMap<>();
    private BenchmarkRun run;
    private boolean stopsAtOnce;

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
        List<String> ids = Arrays.asList("one", "two");
        BenchmarkPlan plan = BenchmarkPlan.parse(ids, "b", models, "xnnpack,cpu", "1,2", "5");
        run = new BenchmarkRun(plan, packed, this, this);
        return run.run(folder.getRoot());
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
            assertEquals(4, report.getJSONArray("latencies").length());
            for (int i = 0; i < 4; i++) {
                JSONObject latency = report.getJSONArray("latencies").getJSONObject(i);
                assertEquals(1 + i % 2, latency.getInt("threads"));
                assertEquals(i < 2 ? "xnnpack" : "cpu", latency.getString("delegate"));
                JSONObject total = latency.getJSONObject("stages_ms").getJSONObject("total");
                assertEquals(5, total.getInt("runs"));
                assertEquals(10, latency.getInt("warm_up_runs"));
                assertTrue(0 < total.getDouble("p50"));
                assertTrue(total.getDouble("p50") <= total.getDouble("p99"));
            }
        }
        // Once in a process there is a cold start; the test's own process may have had it.
        assertTrue(report("two").isNull("cold_start_ms"));
        assertTrue("the first model's is in it", report("two").isNull("peak_memory_bytes"));
        assertEquals(
                report("one").isNull("cold_start_ms"), report("one").isNull("peak_memory_bytes"));
        assertEquals("one/xnnpack/1", heard.get(0));
        assertEquals("wrote one", heard.get(4));
        assertEquals(10, heard.size());
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
    public void measuring(int done, String model, Kernels kernels, int threads) {
        heard.add(model + "/" + kernels.id + "/" + threads);
        if (stopsAtOnce) {
            run.stop();
        }
    }

    @Override
    public void wrote(String model, File report, List<Benchmark.Result> results) {
        heard.add("wrote " + model);
        assertEquals(4, results.size());
    }

    @Override
    public BenchmarkReport.Machine machine() {
        BenchmarkReport.Machine machine = new BenchmarkReport.Machine();
        machine.system = "test";
        machine.features = Collections.singletonList("neon");
        return machine;
    }

    @Override
    public BenchmarkReport.Heat heat() {
        return new BenchmarkReport.Heat(null, null);
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
