package org.dbdmobile.demo;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel's files say of the phone, as {@code dbd_mobile/machine.py} reads them; what an app
 * may not read is null.
 */
final class DeviceFiles {
    private static final Pattern LAST_CORE = Pattern.compile("(\\d+)$");

    // As Linux calls them and, where that differs, as reports do; dbd_mobile/processor.py has the same.
    private static final String[][] FEATURES = {
        {"sse4_1"}, {"avx"}, {"f16c"}, {"fma"}, {"avx2"}, {"avx_vnni"}, {"avx512f"},
        {"avx512_vnni"}, {"avx512_bf16"}, {"avx512_fp16"}, {"amx_tile"}, {"amx_bf16"},
        {"amx_int8"}, {"neon"}, {"asimd", "neon"}, {"asimdhp", "fp16"}, {"asimddp", "dotprod"},
        {"i8mm"}, {"bf16"}, {"sve"}, {"sve2"}, {"sme"},
    };

    private static final double LOWEST_C = -60;
    private static final double HIGHEST_C = 150;

    private final File root;

    /**
     * The files under a folder.
     *
     * @param root where {@code proc} and {@code sys} are
     */
    DeviceFiles(File root) {
        this.root = root;
    }

    /** The processor's name. */
    String cpu() {
        String info = read("proc/cpuinfo");
        String name = line(info, "Hardware");
        return name != null ? name : line(info, "model name");
    }

    /** The processor's instructions that networks gain from, by one name on every system. */
    List<String> features() {
        String info = read("proc/cpuinfo");
        String flags = line(info, "Features");
        flags = flags != null ? flags : line(info, "flags");
        if (flags == null) {
            return null;
        }
        List<String> there = Arrays.asList(flags.split(" "));
        Set<String> names = new LinkedHashSet<>();
        for (String[] feature : FEATURES) {
            if (there.contains(feature[0])) {
                names.add(feature[feature.length - 1]);
            }
        }
        return new ArrayList<>(names);
    }

    /** How many processes ran or waited over the last minute. */
    Double loadAverage() {
        String text = read("proc/loadavg");
        return text == null ? null : Double.valueOf(text.split(" ")[0]);
    }

    /** All cores, those that sleep included. */
    Integer cores() {
        String range = read("sys/devices/system/cpu/possible");
        Matcher last = LAST_CORE.matcher(range == null ? "" : range);
        return last.find() ? Integer.valueOf(Integer.parseInt(last.group(1)) + 1) : null;
    }

    /** The first core's clock governor. */
    String governor() {
        return read("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    }

    /** The memory's size, in bytes. */
    Long memoryBytes() {
        return kilobytes(line(read("proc/meminfo"), "MemTotal"));
    }

    /** This process's largest resident memory so far, in bytes. */
    Long peakMemoryBytes() {
        return kilobytes(line(read("proc/self/status"), "VmHWM"));
    }

    /** The hottest thermal zone, in degrees Celsius. */
    Double temperature() {
        File[] zones = new File(root, "sys/class/thermal").listFiles();
        Double hottest = null;
        for (File zone : zones == null ? new File[0] : zones) {
            String text =
                    zone.getName().startsWith("thermal_zone") ? read(new File(zone, "temp")) : null;
            if (text != null && text.matches("-?\\d{1,9}")) {
                double degrees = Integer.parseInt(text) / 1000.0;
                // Some zones are no thermometers: they count something else, or say 1000 degrees.
                if (degrees >= LOWEST_C && degrees <= HIGHEST_C) {
                    hottest = hottest == null ? degrees : Math.max(hottest, degrees);
                }
            }
        }
        return hottest;
    }

    private static Long kilobytes(String text) {
        return text == null ? null : Long.valueOf(Long.parseLong(text.split(" ")[0]) * 1024);
    }

    private static String line(String text, String key) {
        for (String line : text == null ? new String[0] : text.split("\n")) {
            String[] parts = line.split(":", 2);
            if (parts.length == 2 && parts[0].trim().equals(key)) {
                return parts[1].trim();
            }
        }
        return null;
    }

    private String read(String path) {
        return read(new File(root, path));
    }

    private static String read(File file) {
        try {
            String text = new String(Files.readAllBytes(file.toPath()), StandardCharsets.UTF_8);
            return text.trim().isEmpty() ? null : text.trim();
        } catch (IOException error) {
            // Not there, or not for apps.
            return null;
        }
    }
}
