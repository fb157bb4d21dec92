package org.dbdmobile.demo;

import android.content.Context;
import android.content.pm.PackageManager;
import android.os.Build;
import android.os.PowerManager;
import android.os.Process;
import java.io.File;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.lite.TensorFlowLite;

/** This phone, for a benchmark's report. */
final class Device implements BenchmarkRun.Phone {
    // PowerManager.THERMAL_STATUS_NONE and so on.
    private static final String[] THERMAL = {
        "none", "light", "moderate", "severe", "critical", "emergency", "shutdown"
    };

    private final Context context;
    private final DeviceFiles files = new DeviceFiles(new File("/"));

    Device(Context context) {
        this.context = context;
    }

    /** This app's version. */
    static String version(Context context) {
        try {
            return context.getPackageManager()
                    .getPackageInfo(context.getPackageName(), 0)
                    .versionName;
        } catch (PackageManager.NameNotFoundException error) {
            throw new IllegalStateException(error);
        }
    }

    @Override
    public BenchmarkReport.Machine machine() {
        BenchmarkReport.Machine machine = new BenchmarkReport.Machine();
        machine.board = Build.MANUFACTURER + " " + Build.MODEL;
        machine.cpu =
                Build.VERSION.SDK_INT >= Build.VERSION_CODES.S
                        ? Build.SOC_MANUFACTURER + " " + Build.SOC_MODEL
                        : files.cpu();
        machine.features = files.features();
        machine.usableCores = Runtime.getRuntime().availableProcessors();
        Integer cores = files.cores();
        machine.cores = cores == null ? machine.usableCores : cores;
        machine.governor = files.governor();
        machine.memoryBytes = files.memoryBytes();
        machine.system =
                "Android " + Build.VERSION.RELEASE + " (API level " + Build.VERSION.SDK_INT + ") "
                        + System.getProperty("os.arch");
        machine.is64Bit = Process.is64Bit();
        return machine;
    }

    @Override
    public BenchmarkReport.Heat heat() {
        List<String> throttling = null;
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            PowerManager power = (PowerManager) context.getSystemService(Context.POWER_SERVICE);
            int status = power.getCurrentThermalStatus();
            throttling =
                    status == PowerManager.THERMAL_STATUS_NONE
                            ? Collections.<String>emptyList()
                            : Collections.singletonList("thermal status " + THERMAL[status]);
        }
        return new BenchmarkReport.Heat(files.temperature(), throttling);
    }

    @Override
    public Double loadAverage() {
        return files.loadAverage();
    }

    @Override
    public Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("dbd-mobile", version(context));
        versions.put("tensorflow-lite", TensorFlowLite.runtimeVersion());
        versions.put("android", Build.VERSION.RELEASE);
        // Not its fingerprint: that of a build of one's own names who built it.
        versions.put("build", Build.ID);
        return versions;
    }

    @Override
    public Long peakMemoryBytes() {
        return files.peakMemoryBytes();
    }
}
