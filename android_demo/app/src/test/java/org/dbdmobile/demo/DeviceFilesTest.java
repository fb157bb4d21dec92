package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What is read of a phone, from files as phones have them. */
public class DeviceFilesTest {
    @Rule public final TemporaryFolder root = new TemporaryFolder();

    private void put(String path, String text) throws IOException {
        File file = new File(root.getRoot(), path);
        file.getParentFile().mkdirs();
        Files.write(file.toPath(), text.getBytes("UTF-8"));
    }

    @Test
    public void phone_isDescribed() throws IOException {
        put(
                "proc/cpuinfo",
                "processor\t: 0\nFeatures\t: fp asimd asimdhp asimddp i8mm\n\n"
                        + "Hardware\t: Qualcomm SM8350\n");
        put("proc/loadavg", "0.75 0.50 0.25 1/200 4711\n");
        put("proc/meminfo", "MemTotal:        7654321 kB\nMemFree: 1 kB\n");
        put("proc/self/status", "Name:\tx\nVmHWM:\t   12345 kB\n");
        put("sys/devices/system/cpu/possible", "0-7\n");
        put("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "walt\n");
        put("sys/class/thermal/thermal_zone0/temp", "41250\n");
        put("sys/class/thermal/thermal_zone1/temp", "-40000\n");
        put("sys/class/thermal/thermal_zone2/temp", "none\n");
        put("sys/class/thermal/thermal_zone3/temp", "1000000\n");
        put("sys/class/thermal/cooling_device0/temp", "99000\n");
        DeviceFiles files = new DeviceFiles(root.getRoot());
        assertEquals("Qualcomm SM8350", files.cpu());
        assertEquals(Arrays.asList("neon", "fp16", "dotprod", "i8mm"), files.features());
        assertEquals(0.75, files.loadAverage(), 0);
        assertEquals(Integer.valueOf(8), files.cores());
        assertEquals("walt", files.governor());
        assertEquals(Long.valueOf(7654321L * 1024), files.memoryBytes());
        assertEquals(Long.valueOf(12345 * 1024), files.peakMemoryBytes());
        assertEquals(41.25, files.temperature(), 0);
    }

    @Test
    public void whatAnAppMayNotRead_isNull() throws IOException {
        put("sys/devices/system/cpu/possible", "0\n");
        DeviceFiles files = new DeviceFiles(root.getRoot());
        assertEquals(Integer.valueOf(1), files.cores());
        assertNull(files.cpu());
        assertNull(files.features());
        assertNull(files.loadAverage());
        assertNull(files.governor());
        assertNull(files.memoryBytes());
        assertNull(files.peakMemoryBytes());
        assertNull(files.temperature());
    }

    @Test
    public void thisMachine_isReadAsAPhoneIs() {
        DeviceFiles files = new DeviceFiles(new File("/"));
        assertTrue(files.cores() >= 1);
        assertTrue(files.peakMemoryBytes() > 1 << 20);
        assertTrue(files.memoryBytes() > files.peakMemoryBytes());
    }
}
