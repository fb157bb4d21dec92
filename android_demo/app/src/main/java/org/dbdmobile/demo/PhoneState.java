package org.dbdmobile.demo;

import java.util.List;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** What makes a phone slower than it can be, at one moment; null is what the system does not tell. */
final class PhoneState {
    /** In degrees Celsius, of the hottest part that an app can read: mostly that is the battery. */
    final Double temperature;

    /** Words for what slows the phone down, none if nothing. */
    final List<String> throttling;

    /** How near heat is to slowing the phone down severely, as Android has it: at 1 it does. */
    final Double headroom;

    /** Whether it is plugged in. */
    final Boolean isCharging;

    final Boolean isPowerSave;

    PhoneState(
            Double temperature,
            List<String> throttling,
            Double headroom,
            Boolean isCharging,
            Boolean isPowerSave) {
        this.temperature = temperature;
        this.throttling = throttling;
        this.headroom = headroom;
        this.isCharging = isCharging;
        this.isPowerSave = isPowerSave;
    }

    /** Whether heat slows it down, as far as it tells. */
    boolean isThrottled() {
        return throttling != null && !throttling.isEmpty();
    }

    /** Its heat, as it stands in a report. */
    JSONObject heat() throws JSONException {
        return new JSONObject()
                .put("temperature_c", orNull(temperature))
                .put("throttling", throttling == null ? JSONObject.NULL : new JSONArray(throttling))
                .put("headroom", orNull(headroom));
    }

    /** All of it, as it stands in a report. */
    JSONObject toJson() throws JSONException {
        return heat()
                .put("is_charging", orNull(isCharging))
                .put("is_power_save", orNull(isPowerSave));
    }

    private static Object orNull(Object value) {
        return value == null ? JSONObject.NULL : value;
    }
}
