package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.Test;

/** What was stored, and what fits no more. */
public class DemoSettingsTest {
    private static final List<String> MODELS = Arrays.asList("one", "two");

    @Test
    public void nothingStored_isTheFirstModelOnTheCores() {
        for (int[] coresAndThreads : new int[][] {{1, 1}, {2, 2}, {3, 2}, {8, 4}}) {
            DemoSettings settings =
                    DemoSettings.read(MODELS, coresAndThreads[0], null, null, null);
            assertEquals("one", settings.model);
            assertEquals(coresAndThreads[1], settings.threads);
            assertEquals(Kernels.XNNPACK, settings.kernels);
        }
    }

    @Test
    public void stored_isRead() {
        DemoSettings settings = DemoSettings.read(MODELS, 8, "two", "1", "cpu");
        assertEquals("two", settings.model);
        assertEquals(1, settings.threads);
        assertEquals(Kernels.CPU, settings.kernels);
        assertFalse(settings.kernels.options(2).usesXnnpack());
        assertEquals(2, settings.kernels.options(2).threads());
    }

    @Test
    public void storedByAnotherVersion_isTheDefault() {
        DemoSettings settings = DemoSettings.read(MODELS, 2, "three", "many", "npu");
        assertEquals("one", settings.model);
        assertEquals(2, settings.threads);
        assertEquals(Kernels.XNNPACK, settings.kernels);
    }

    @Test
    public void gpu_withoutItsDelegate_isNotOffered() {
        assertFalse(Kernels.GPU.isPacked());
        assertEquals(
                Kernels.XNNPACK, DemoSettings.read(MODELS, 2, "one", "2", "gpu").kernels);
        assertEquals("GPU", Kernels.GPU.options(1).accelerator().name());
        assertTrue(Kernels.XNNPACK.options(1).usesXnnpack());
        assertNull(Kernels.of("npu"));
    }
}
