package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

/** What a command line asks for. */
public class BenchmarkPlanTest {
    private static final List<String> PACKED = Arrays.asList("one", "two");

    private static BenchmarkPlan plan(String... texts) throws Exception {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < texts.length; i += 2) {
            given.put(texts[i], texts[i + 1]);
        }
        return BenchmarkPlan.parse(PACKED, given);
    }

    @Test
    public void nothingGiven_measuresEveryModelOnXnnpack() throws Exception {
        BenchmarkPlan plan = plan();
        assertEquals("bench", plan.name);
        assertEquals(PACKED, plan.models);
        assertEquals(Collections.singletonList(Kernels.XNNPACK), plan.kernels);
        assertEquals(Arrays.asList(1, 2, 4), plan.threads);
        assertEquals(100, plan.runs);
        assertEquals(0, plan.minutes);
        assertNull(plan.compiled);
        assertEquals(12, plan.size());
    }

    @Test
    public void given_isTaken() throws Exception {
        BenchmarkPlan plan =
                plan(
                        "name", "a-1.b", "models", "two", "kernels", "cpu,xnnpack", "threads", "3",
                        "runs", "7", "minutes", "5", "seed", "11", "compiled", "speed");
        assertEquals("a-1.b", plan.name);
        assertEquals(Collections.singletonList("two"), plan.models);
        assertEquals(Arrays.asList(Kernels.CPU, Kernels.XNNPACK), plan.kernels);
        assertEquals(Collections.singletonList(3), plan.threads);
        assertEquals(7, plan.runs);
        assertEquals(5, plan.minutes);
        assertEquals(11, plan.seed);
        assertEquals("speed", plan.compiled);
        assertEquals(4 + 5, plan.size());
    }

    @Test
    public void rows_areEveryCombinationOnBothInputs() throws Exception {
        assertEquals(
                "[xnnpack 1, xnnpack 1 camera, xnnpack 2, xnnpack 2 camera]",
                plan("threads", "1,2").rows().toString());
    }

    @Test
    public void turns_areTheSameRowsInAnOrderThatTheSeedSays() throws Exception {
        List<BenchmarkRow> rows = plan().rows();
        Set<String> orders = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            List<BenchmarkRow> turns = plan("seed", String.valueOf(seed)).turns(rows);
            assertEquals(turns, plan("seed", String.valueOf(seed)).turns(rows));
            assertEquals(new HashSet<>(rows), new HashSet<>(turns));
            orders.add(turns.toString());
        }
        assertTrue(orders.size() > 10);
    }

    @Test
    public void noSeedGiven_takesAnother() throws Exception {
        Set<Integer> seeds = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            seeds.add(plan().seed);
        }
        assertTrue(seeds.size() > 5);
    }

    @Test
    public void wrong_isOneSentenceThatNamesIt() {
        refuses("'../x'", "name", "../x");
        refuses("''", "name", "");
        refuses("no model 'three': this app has one, two", "models", "one,three");
        refuses("no model ''", "models", "");
        refuses("no kernels 'gpu': this app has xnnpack, cpu", "kernels", "gpu");
        refuses("threads is from 1 to 256, got '0'", "threads", "0");
        refuses("threads is from 1 to 256, got 'x'", "threads", "1,x");
        refuses("got ''", "threads", "1,");
        refuses("runs is from 1 to 100000, got '100001'", "runs", "100001");
        refuses("minutes is from 0 to 120, got '121'", "minutes", "121");
        refuses("seed is from 0 to 2147483647, got '-1'", "seed", "-1");
        refuses("a word like speed, got 'speed; reboot'", "compiled", "speed; reboot");
    }

    private static void refuses(String said, String... texts) {
        BenchmarkPlan.WrongException error =
                assertThrows(BenchmarkPlan.WrongException.class, () -> plan(texts));
        assertTrue(error.getMessage(), error.getMessage().contains(said));
        assertEquals(R.string.benchmark_refused, Failure.of(error).message);
    }
}
