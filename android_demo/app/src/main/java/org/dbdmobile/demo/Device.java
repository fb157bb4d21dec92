package org.dbdmobile.demo;

import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.pm.PackageManager;
import android.os.BatteryManager;
import android.os.Build;
import android.os.PowerManager;
import android.os.Process;
import java.io.File;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.lite.TensorFlowLite;

/** This phone, for a benchmark's report; on the benchmark's thread. */
final class Device implements BenchmarkRun.Phone {
    // PowerManager.THERMAL_STATUS_NONE and so on.
    private static final String[] THERMAL = {
        "none", "light", "moderate", "severe", "critical", "emergency", "shutdown"
    };

    // Asked sooner, Android gives no number.
    private static final long HEADROOM_EVERY_NS = 1_000_000_000L;

    private final Context context;
    private final DeviceFiles files = new DeviceFiles(new File("/"));
    private long nextHeadroom = System.nanoTime();
    private Double headroom;

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
    public PhoneState state() {
        PowerManager power = (PowerManager) context.getSystemService(Context.POWER_SERVICE);
        // The last news of the battery is kept: nobody is registered for it.
        Intent battery =
                context.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
        Double temperature = files.temperature();
        return new PhoneState(
                temperature == null ? batteryTemperature(battery) : temperature,
                throttling(power),
                headroom(power),
                battery == null || !battery.hasExtra(BatteryManager.EXTRA_PLUGGED)
                        ? null
                        : Boolean.valueOf(
                                battery.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0),
                power.isPowerSaveMode());
    }

    private static Double batteryTemperature(Intent battery) {
        if (battery == null || !battery.hasExtra(BatteryManager.EXTRA_TEMPERATURE)) {
            return null;
        }
        return battery.getIntExtra(BatteryManager.EXTRA_TEMPERATURE, 0) / 10.0;
    }

    private static List<String> throttling(PowerManager power) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) {
            return null;
        }
        int status = power.getCurrentThermalStatus();
        return status == PowerManager.THERMAL_STATUS_NONE
                ? Collections.<String>emptyList()
                : Collections.singletonList("thermal status " + THERMAL[status]);
    }

    private Double headroom(PowerManager power) {
        long now = System.nanoTime();
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R && now - nextHeadroom >= 0) {
            nextHeadroom = now + HEADROOM_EVERY_NS;
            float told = power.getThermalHeadroom(0);
            // No number where the phone does not tell.
            headroom = Float.isNaN(told) ? null : Double.valueOf(told);
        }
        return headroom;
    }

    @Override
    public int threadPriority() {
        return Process.getThreadPriority(Process.myTid());
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
