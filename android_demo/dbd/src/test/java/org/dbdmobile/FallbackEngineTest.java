package org.dbdmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The accelerator and the CPU in its place, over engines that only note what is asked of them. */
public class FallbackEngineTest {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> asked = new ArrayList<>();
    private final ByteBuffer bytes = ByteBuffer.allocate(0);
    private File sentinel;
    private RuntimeException refusal;
    private RuntimeException failure;

    @Before
    public void choose() {
        sentinel = new File(folder.getRoot(), "gpu");
    }

    private final class Noting implements Engine {
        private final String name;

        Noting(String name) {
            this.name = name;
            asked.add("open " + name);
        }

        @Override
        public void run(ByteBuffer input, ByteBuffer output) {
            asked.add("run " + name);
            if (failure != null && name.equals("gpu")) {
                throw failure;
            }
        }

        @Override
        public String fallbackReason() {
            return null;
        }

        @Override
        public void close() {
            asked.add("close " + name);
        }
    }

    private FallbackEngine open() {
        return new FallbackEngine(
                () -> {
                    assertTrue("noted before it is tried", sentinel.exists());
                    if (refusal != null) {
                        throw refusal;
                    }
                    return new Noting("gpu");
                },
                () -> new Noting("cpu"),
                new AcceleratorTrial(sentinel));
    }

    private void assertAsked(String... expected) {
        assertEquals(Arrays.asList(expected), asked);
    }

    @Test
    public void acceleratorThatWorks_isOnTrialUntilItsFirstPhoto() {
        try (FallbackEngine engine = open()) {
            assertTrue(sentinel.exists());
            engine.run(bytes, bytes);
            assertFalse(sentinel.exists());
            engine.run(bytes, bytes);
            assertNull(engine.fallbackReason());
        }
        assertAsked("open gpu", "run gpu", "run gpu", "close gpu");
        assertFalse(sentinel.exists());
    }

    @Test
    public void acceleratorThatIsRefused_leadsToTheCpuWithItsReason() {
        refusal = new DbdException.Backend("No GPU here.", null);
        try (FallbackEngine engine = open()) {
            assertFalse(sentinel.exists());
            assertEquals("No GPU here.", engine.fallbackReason());
            engine.run(bytes, bytes);
        }
        assertAsked("open cpu", "run cpu", "close cpu");
    }

    @Test
    public void acceleratorThatFailsOnItsFirstPhoto_leadsToTheCpuForThatPhoto() {
        failure = new DbdException.Backend("It cannot run.", null);
        try (FallbackEngine engine = open()) {
            engine.run(bytes, bytes);
            assertEquals("It cannot run.", engine.fallbackReason());
            assertFalse(sentinel.exists());
        }
        assertAsked("open gpu", "run gpu", "close gpu", "open cpu", "run cpu", "close cpu");
    }

    @Test
    public void acceleratorThatFailsLater_isNotHidden() {
        try (FallbackEngine engine = open()) {
            engine.run(bytes, bytes);
            failure = new DbdException.Backend("It cannot run any more.", null);
            assertThrows(DbdException.Backend.class, () -> engine.run(bytes, bytes));
            assertNull(engine.fallbackReason());
        }
    }

    @Test
    public void appThatEndedDuringTheTrial_isNotEndedAgain() throws IOException {
        // What a process leaves that came no further.
        assertTrue(sentinel.createNewFile());
        for (int start = 0; start < 3; start++) {
            try (FallbackEngine engine = open()) {
                engine.run(bytes, bytes);
                String reason = engine.fallbackReason();
                assertTrue(reason, reason.contains(sentinel.getPath()));
            }
            assertTrue("it is kept in mind", sentinel.exists());
        }
        assertFalse(asked.toString(), asked.contains("open gpu"));
        assertTrue(sentinel.delete());
        try (FallbackEngine engine = open()) {
            assertNull("wanted again", engine.fallbackReason());
        }
    }

    @Test
    public void secondDetectorDuringTheTrial_isNoSignOfAnEnd() {
        try (FallbackEngine first = open();
                FallbackEngine second = open()) {
            assertNull(second.fallbackReason());
            second.run(bytes, bytes);
            assertTrue("the first is still on trial", sentinel.exists());
            first.run(bytes, bytes);
            assertFalse(sentinel.exists());
        }
    }

    @Test
    public void detectorThatIsClosedBeforeAnyPhoto_leavesNothing() {
        FallbackEngine engine = open();
        engine.close();
        engine.close();
        assertFalse(sentinel.exists());
        assertAsked("open gpu", "close gpu");
    }

    @Test
    public void trialThatCannotBeNoted_isNotMade() {
        sentinel = new File(folder.getRoot(), "missing/gpu");
        try (FallbackEngine engine = open()) {
            assertTrue(engine.fallbackReason().startsWith("The trial of the accelerator cannot"));
        }
        assertAsked("open cpu", "close cpu");
    }

    @Test
    public void errorOfAnotherKind_isThrownAndLeavesNothing() {
        refusal = new IllegalStateException("a bug");
        assertThrows(IllegalStateException.class, this::open);
        assertFalse(sentinel.exists());
        assertAsked();
    }
}
