package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** What a command line asks for. */
public class BenchmarkPlanTest {
    private static final List<String> PACKED = Arrays.asList("one", "two");

    @Test
    public void nothingGiven_measuresEveryModelOnXnnpack() throws Exception {
        BenchmarkPlan plan = BenchmarkPlan.parse(PACKED, null, null, null, null, null);
        assertEquals("bench", plan.name);
        assertEquals(PACKED, plan.models);
        assertEquals(Collections.singletonList(Kernels.XNNPACK), plan.kernels);
        assertEquals(Arrays.asList(1, 2, 4), plan.threads);
        assertEquals(100, plan.runs);
        assertEquals(6, plan.size());
    }

    @Test
    public void given_isTaken() throws Exception {
        BenchmarkPlan plan =
                BenchmarkPlan.parse(PACKED, "a-1.b", "two", "cpu,xnnpack", "3", "7");
        assertEquals(Collections.singletonList("two"), plan.models);
        assertEquals(Arrays.asList(Kernels.CPU, Kernels.XNNPACK), plan.kernels);
        assertEquals(Collections.singletonList(3), plan.threads);
        assertEquals(7, plan.runs);
    }

    @Test
    public void wrong_isOneSentenceThatNamesIt() {
        refuses("'../x'", "../x", null, null, null, null);
        refuses("''", "", null, null, null, null);
        refuses("no model 'three': this app has one, two", "a", "one,three", null, null, null);
        refuses("no model ''", "a", "", null, null, null);
        refuses("no kernels 'gpu': this app has xnnpack, cpu", "a", null, "gpu", null, null);
        refuses("threads is from 1 to 256, got '0'", "a", null, null, "0", null);
        refuses("threads is from 1 to 256, got 'x'", "a", null, null, "1,x", null);
        refuses("got ''", "a", null, null, "1,", null);
        refuses("runs is from 1 to 100000, got '100001'", "a", null, null, null, "100001");
    }

    private static void refuses(
            String said, String name, String models, String kernels, String threads, String runs) {
        BenchmarkPlan.WrongException error =
                assertThrows(
                        BenchmarkPlan.WrongException.class,
                        () ->
                                BenchmarkPlan.parse(
                                        PACKED, name, models, kernels, threads, runs));
        assertTrue(error.getMessage(), error.getMessage().contains(said));
        assertEquals(R.string.benchmark_refused, Failure.of(error).message);
    }
}
