package org.dbdmobile.demo;

import java.util.ArrayList;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** Minutes of frames without a break, each as fast as the one before lets it be. */
final class Sustained {
    /** One minute of it. */
    static final class Minute {
        /** What a frame took, all stages; its runs are the minute's frames. */
        final Percentiles total;

        final double framesPerSecond;

        /** The phone at the minute's end. */
        final PhoneState after;

        Minute(Percentiles total, double framesPerSecond, PhoneState after) {
            this.total = total;
            this.framesPerSecond = framesPerSecond;
            this.after = after;
        }
    }

    /** Is told of every minute. */
    interface Listener extends Benchmark.Progress {
        /** A minute is over, the newest of these. */
        void minute(List<Minute> minutes);
    }

    final BenchmarkRow row;

    /** The phone at the start. */
    final PhoneState before;

    final List<Minute> minutes = new ArrayList<>();

    Sustained(BenchmarkRow row, PhoneState before) {
        this.row = row;
        this.before = before;
    }

    /** The phone at the start, and at the end of each minute. */
    List<PhoneState> states() {
        List<PhoneState> states = new ArrayList<>();
        states.add(before);
        for (Minute minute : minutes) {
            states.add(minute.after);
        }
        return states;
    }

    /** As it stands in a report. */
    JSONObject toJson() throws JSONException {
        JSONArray each = new JSONArray();
        for (Minute minute : minutes) {
            each.put(
                    new JSONObject()
                            .put("frames_per_second", minute.framesPerSecond)
                            .put("total_ms", minute.total.toJson())
                            .put("after", minute.after.toJson()));
        }
        JSONObject json =
                new JSONObject()
                        .put("threads", row.threads)
                        .put("delegate", row.kernels.id)
                        .put("before", before.toJson())
                        .put("minutes", each);
        return row.input == BenchmarkRow.Input.CAMERA
                ? json.put("frame", BenchmarkFrames.cameraJson())
                : json;
    }
}
