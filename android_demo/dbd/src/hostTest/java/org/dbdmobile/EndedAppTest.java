package org.dbdmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.tensorflow.lite.Delegate;

/** A driver that ends the app: processes of their own, which end as one that is aborted does. */
public class EndedAppTest {
    private static final int ABORTED = 134;
    private static final String WORKED = "ran on the CPU: ";

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    /** Ends the process: nothing is closed, and no exception is thrown. */
    private static final class Abort implements Accelerator {
        @Override
        public String name() {
            return "GPU";
        }

        @Override
        public Delegate create() {
            Runtime.getRuntime().halt(ABORTED);
            return null;
        }
    }

    /** An app's start: opens a detector and looks at a photo. */
    public static final class App {
        private App() {}

        /**
         * Starts.
         *
         * @param arguments the file for the trial
         */
        public static void main(String[] arguments) {
            byte[] file = Golden.bytes("tests/runtime/data/tiny_int8.tflite");
            BlurModel model = BlurModel.read(new ByteArrayInputStream(file), "tiny", null);
            DetectorOptions options =
                    DetectorOptions.defaults()
                            .withAccelerator(new Abort())
                            .withCpuFallback(new File(arguments[0]));
            try (BlurDetector detector = BlurDetector.open(model, options)) {
                BlurMap map = detector.newMap();
                detector.detectRgb(ByteBuffer.allocate(48 * 32 * 3), map);
                System.out.println(WORKED + detector.fallbackReason());
            }
        }
    }

    private String started(File trial, int expected) throws Exception {
        Process app =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "-XX:+UnlockDiagnosticVMOptions",
                                "-XX:-BytecodeVerificationRemote",
                                "-Ddbd.root=" + System.getProperty("dbd.root"),
                                "-Djava.library.path=" + System.getProperty("java.library.path"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                App.class.getName(),
                                trial.getPath())
                        .redirectErrorStream(true)
                        .start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(app.getInputStream()))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line.startsWith(WORKED) ? line : "");
            }
        }
        assertEquals(expected, app.waitFor());
        return said.toString();
    }

    @Test
    public void appThatTheDriverEnds_endsOnce_andRunsOnTheCpuFromThenOn() throws Exception {
        File trial = new File(folder.getRoot(), "gpu");
        assertEquals("", started(trial, ABORTED));
        assertTrue(trial.exists());
        for (int start = 0; start < 2; start++) {
            String said = started(trial, 0);
            assertTrue(said, said.startsWith(WORKED + "The app ended when the accelerator was"));
        }
        // Whoever wants it tried again deletes the file.
        assertTrue(trial.delete());
        started(trial, ABORTED);
        assertTrue(trial.exists());
    }
}
