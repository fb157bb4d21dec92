package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.dbdmobile.BlurModel;
import org.dbdmobile.DbdException;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Everything that goes wrong has its own words. */
public class FailureTest {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void modelThatIsRefused_keepsWhatTheLibrarySaysForTheLog() {
        DbdException.Model refused =
                assertThrows(
                        DbdException.Model.class,
                        () -> BlurModel.read(new ByteArrayInputStream(new byte[9]), "x", null));
        Failure failure = Failure.of(refused);
        assertEquals(R.string.model_refused, failure.message);
        assertTrue(failure.detail.contains("no intact TFLite file"));
    }

    @Test
    public void kernelsThatAreRefused_sendToSettings() {
        Failure failure = Failure.of(new DbdException.Backend("It cannot be used.", null));
        assertEquals(R.string.kernels_refused, failure.message);
        assertEquals("It cannot be used.", failure.detail);
    }

    @Test
    public void fullStorage_isSaid() throws IOException {
        File report = new File(folder.getRoot(), "bench.json");
        // What is written there finds the device full, as on a phone without room.
        Files.createSymbolicLink(
                Paths.get(report.getPath() + ".part"), Paths.get("/dev/full"));
        IOException error =
                assertThrows(IOException.class, () -> BenchmarkReport.write(report, "{}"));
        assertEquals(R.string.storage_full, Failure.of(error).message);
        assertEquals("nothing half-written", 0, folder.getRoot().list().length);
        String onAndroid = "write failed: ENOSPC (No space left on device)";
        assertEquals(R.string.storage_full, Failure.of(new IOException(onAndroid)).message);
    }

    @Test
    public void folderThatCannotBeWritten_isSaid() {
        File report = new File(folder.getRoot(), "none/bench.json");
        IOException error =
                assertThrows(IOException.class, () -> BenchmarkReport.write(report, "{}"));
        assertEquals(R.string.not_saved, Failure.of(error).message);
    }

    @Test
    public void photoAndMemory_haveTheirMessages() {
        PhotoException damaged = new PhotoException(R.string.photo_damaged, "x", null);
        assertEquals(R.string.photo_damaged, Failure.of(damaged).message);
        assertEquals(R.string.out_of_memory, Failure.of(new OutOfMemoryError()).message);
    }

    @Test
    public void bug_isNoMessage() {
        assertThrows(ClassCastException.class, () -> Failure.of(new ClassCastException()));
        assertThrows(StackOverflowError.class, () -> Failure.of(new StackOverflowError()));
    }
}
