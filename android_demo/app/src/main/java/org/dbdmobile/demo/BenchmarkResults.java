package org.dbdmobile.demo;

import android.content.Context;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** A benchmark's reports as rows of a list. */
final class BenchmarkResults {
    private final ViewGroup list;
    private final Context context;

    /** Rows of this list. */
    BenchmarkResults(ViewGroup list) {
        this.list = list;
        context = list.getContext();
    }

    /** Takes all rows away. */
    void clear() {
        list.removeAllViews();
    }

    /** Adds the rows of one model. */
    void add(BenchmarkReport report) {
        for (BenchmarkReport.Row row : report.rows) {
            Percentiles total = row.result.total();
            String times =
                    context.getString(
                            R.string.benchmark_times,
                            decimal(row.result.loadMs),
                            decimal(row.result.framesPerSecond),
                            decimal(total.p50),
                            decimal(total.p90),
                            decimal(total.p99));
            boolean isSteady = row.result.warmUp.isSteady();
            String notes = notes(isSteady, Arrays.asList(row.before, row.after));
            add(what(report.model, row.result.row), times + notes);
        }
        if (report.sustained != null) {
            List<Sustained.Minute> minutes = report.sustained.minutes;
            String rates =
                    context.getString(
                            R.string.benchmark_minutes,
                            decimal(minutes.get(0).framesPerSecond),
                            decimal(minutes.get(minutes.size() - 1).framesPerSecond),
                            minutes.size());
            String notes = notes(true, report.sustained.states());
            add(what(report.model, report.sustained.row), rates + notes);
        }
    }

    private void add(String what, String times) {
        View row = LayoutInflater.from(context).inflate(R.layout.benchmark_row, list, false);
        ((TextView) row.findViewById(R.id.what)).setText(what);
        ((TextView) row.findViewById(R.id.times)).setText(times);
        list.addView(row);
    }

    /** What makes times others than the phone's own, a sentence each. */
    private String notes(boolean isSteady, List<PhoneState> states) {
        Set<Integer> notes = new TreeSet<>();
        for (PhoneState state : states) {
            if (Boolean.TRUE.equals(state.isCharging)) {
                notes.add(R.string.benchmark_charging);
            }
            if (Boolean.TRUE.equals(state.isPowerSave)) {
                notes.add(R.string.benchmark_power_save);
            }
            if (state.isThrottled()) {
                notes.add(R.string.benchmark_throttled);
            }
        }
        if (!isSteady) {
            notes.add(R.string.benchmark_unsteady);
        }
        StringBuilder text = new StringBuilder();
        for (int note : notes) {
            text.append(' ').append(context.getString(note));
        }
        return text.toString();
    }

    /** A row in words. */
    String what(String model, BenchmarkRow row) {
        int input =
                row.input == BenchmarkRow.Input.CAMERA
                        ? R.string.benchmark_camera
                        : R.string.benchmark_photo;
        return context.getString(
                R.string.benchmark_what,
                model,
                row.kernels.title,
                threads(row.threads),
                context.getString(input));
    }

    /** A number of threads in words. */
    String threads(int count) {
        return context.getResources().getQuantityString(R.plurals.threads_count, count, count);
    }

    private static String decimal(double value) {
        return String.format(Locale.getDefault(), "%.1f", value);
    }
}
