package org.dbdmobile.demo;

import android.content.Context;
import android.content.SharedPreferences;
import java.io.File;

/** Keeps {@link DemoSettings} between starts. */
final class SettingsStore {
    private final Context context;
    private final SharedPreferences stored;

    SettingsStore(Context context) {
        this.context = context;
        stored = context.getSharedPreferences("settings", Context.MODE_PRIVATE);
    }

    DemoSettings read() {
        return DemoSettings.read(
                new Models(context.getAssets()).ids(),
                Runtime.getRuntime().availableProcessors(),
                stored.getString("model", null),
                stored.getString("threads", null),
                stored.getString("kernels", null));
    }

    /** The file that tells of a GPU that ended the app: of this phone only, and kept by no backup. */
    File gpuTrial() {
        return new File(context.getNoBackupFilesDir(), "gpu-trial");
    }

    /** The GPU cannot be used: the CPU is chosen, until the person chooses otherwise. */
    void dropGpu() {
        write(read().onCpu());
        gpuTrial().delete();
    }

    /** Whether the camera was denied in such a way that Android would ask once more. */
    boolean wasDenied() {
        return stored.getBoolean("denied", false);
    }

    void setDenied(boolean wasDenied) {
        stored.edit().putBoolean("denied", wasDenied).apply();
    }

    void write(DemoSettings settings) {
        stored.edit()
                .putString("model", settings.model)
                .putString("threads", String.valueOf(settings.threads))
                .putString("kernels", settings.kernels.id)
                .apply();
    }
}
