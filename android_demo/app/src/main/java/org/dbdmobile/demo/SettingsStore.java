package org.dbdmobile.demo;

import android.content.Context;
import android.content.SharedPreferences;

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
