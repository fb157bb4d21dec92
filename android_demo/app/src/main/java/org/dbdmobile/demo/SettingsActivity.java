package org.dbdmobile.demo;

import android.app.Activity;
import android.os.Bundle;
import android.view.MenuItem;
import android.view.View;
import android.widget.AdapterView;
import android.widget.ArrayAdapter;
import android.widget.Spinner;
import android.widget.TextView;
import java.util.ArrayList;
import java.util.List;

/** Chooses the model, its threads and its kernels; every choice is kept at once. */
public final class SettingsActivity extends Activity
        implements AdapterView.OnItemSelectedListener {
    private final List<Kernels> kernels = Kernels.packed();
    private List<String> models;
    private SettingsStore store;
    private Spinner modelChoice;
    private Spinner threadsChoice;
    private Spinner kernelsChoice;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        ScreenFrame.show(this, R.layout.settings);
        getActionBar().setDisplayHomeAsUpEnabled(true);
        store = new SettingsStore(this);
        DemoSettings settings = store.read();
        models = new Models(getAssets()).ids();
        List<String> threads = new ArrayList<>();
        for (int count : DemoSettings.THREADS) {
            threads.add(String.valueOf(count));
        }
        List<String> titles = new ArrayList<>();
        for (Kernels kind : kernels) {
            titles.add(kind.title);
        }
        modelChoice = choice(R.id.model, models, models.indexOf(settings.model));
        String chosen = String.valueOf(settings.threads);
        threadsChoice = choice(R.id.threads, threads, threads.indexOf(chosen));
        kernelsChoice = choice(R.id.kernels, titles, kernels.indexOf(settings.kernels));
        TextView about = findViewById(R.id.about);
        about.setText(getString(R.string.about, Device.version(this)));
    }

    private Spinner choice(int id, List<String> items, int selected) {
        Spinner spinner = findViewById(id);
        ArrayAdapter<String> adapter =
                new ArrayAdapter<>(this, android.R.layout.simple_spinner_item, items);
        adapter.setDropDownViewResource(android.R.layout.simple_spinner_dropdown_item);
        spinner.setAdapter(adapter);
        spinner.setSelection(selected);
        spinner.setOnItemSelectedListener(this);
        return spinner;
    }

    @Override
    public void onItemSelected(AdapterView<?> parent, View view, int position, long id) {
        store.write(
                new DemoSettings(
                        models.get(modelChoice.getSelectedItemPosition()),
                        DemoSettings.THREADS[threadsChoice.getSelectedItemPosition()],
                        kernels.get(kernelsChoice.getSelectedItemPosition())));
    }

    @Override
    public void onNothingSelected(AdapterView<?> parent) {}

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        if (item.getItemId() == android.R.id.home) {
            finish();
            return true;
        }
        return super.onOptionsItemSelected(item);
    }
}
