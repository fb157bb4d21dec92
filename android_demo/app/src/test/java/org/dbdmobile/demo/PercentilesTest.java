package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

/** Nearest rank, as in the Python runtime. */
public class PercentilesTest {
    @Test
    public void hundredTimes_areTheirRanks() {
        double[] times = new double[100];
        for (int i = 0; i < 100; i++) {
            times[i] = 100 - i;
        }
        Percentiles percentiles = new Percentiles(times);
        assertEquals(100, percentiles.runs);
        assertEquals(50.5, percentiles.mean, 1e-12);
        assertEquals(50, percentiles.p50, 0);
        assertEquals(90, percentiles.p90, 0);
        assertEquals(99, percentiles.p99, 0);
        assertEquals(100, times[0], 0);
    }

    @Test
    public void fewTimes_areTimesThatWereMeasured() {
        Percentiles one = new Percentiles(new double[] {7});
        assertEquals(7, one.p50, 0);
        assertEquals(7, one.p99, 0);
        Percentiles ten = new Percentiles(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
        assertEquals(5, ten.p50, 0);
        assertEquals(9, ten.p90, 0);
        assertEquals(10, ten.p99, 0);
    }
}
