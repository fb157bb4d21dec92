package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.dbdmobile.demo.CameraLifecycle.Message;
import org.dbdmobile.demo.CameraLifecycle.Permission;
import org.dbdmobile.demo.CameraLifecycle.Problem;
import org.junit.Test;

/**
 * The life of the camera under every order of events. {@link Phone} plays Android: it holds what the
 * machine opened, and checks after every event what must always be so.
 */
public class CameraLifecycleTest {
    /** All that can happen; what cannot happen just now is passed over by the phone. */
    private enum Event {
        RESUME,
        PAUSE,
        SURFACE_READY,
        SURFACE_LOST,
        PERMISSION_GRANTED,
        PERMISSION_DENIED,
        PERMISSION_DENIED_FOR_GOOD,
        PERMISSION_INTERRUPTED,
        PERMISSION_TAKEN_BACK,
        PERMISSION_ASKABLE_AGAIN,
        OPENED,
        OPEN_REFUSED,
        DISCONNECTED,
        CAMERA_ERROR,
        CONFIGURED,
        CONFIGURE_FAILED,
        ROTATED,
        RETRY,
        TIME_PASSED,
        CAMERA_FREE,
        NEWS_OF_AN_OLD_CAMERA,
    }

    private static final class Phone implements CameraLifecycle.Commands {
        final CameraLifecycle machine = new CameraLifecycle(this, false);
        boolean isGranted;
        /** It was denied, and Android would ask again. */
        boolean canExplain;
        boolean isResumed;
        boolean hasSurface;
        /** The last camera ended badly, and it was not tried again. */
        boolean hasProblem;
        /** A camera that became free was tried since the preview ran. */
        boolean hasTriedFree;
        /** The camera whose trouble is to be forgotten in a while. */
        int due;
        int wait;

        int pending;
        /** It was asked for before the screen was left. */
        boolean isPendingOld;
        int open;
        boolean isConfiguring;
        boolean isRunning;
        int last;
        int rotation;
        int framedRotation;
        int opens;
        int closes;
        int asked;
        Message shown = Message.NONE;

        void play(Event event) {
            switch (event) {
                case RESUME:
                    isResumed = true;
                    forget();
                    machine.resumed(isGranted, canExplain);
                    break;
                case PAUSE:
                    isResumed = false;
                    isPendingOld |= pending > 0;
                    machine.paused();
                    break;
                case SURFACE_READY:
                    hasSurface = true;
                    machine.surfaceReady();
                    break;
                case SURFACE_LOST:
                    hasSurface = false;
                    machine.surfaceLost();
                    break;
                case PERMISSION_GRANTED:
                    isGranted = true;
                    canExplain = false;
                    machine.answered(Permission.GRANTED);
                    break;
                case PERMISSION_DENIED:
                    canExplain = !isGranted;
                    answer(Permission.DENIED);
                    break;
                case PERMISSION_DENIED_FOR_GOOD:
                    canExplain = false;
                    answer(Permission.DENIED_FOR_GOOD);
                    break;
                case PERMISSION_INTERRUPTED:
                    answer(Permission.UNKNOWN);
                    break;
                case PERMISSION_TAKEN_BACK:
                    // In the system's settings, so while this screen is in the background.
                    isGranted &= isResumed;
                    break;
                case PERMISSION_ASKABLE_AGAIN:
                    // There too.
                    canExplain |= !isGranted && !isResumed;
                    break;
                case OPENED:
                    if (pending > 0) {
                        open = pending;
                        pending = 0;
                        opens++;
                        machine.opened(open);
                    }
                    break;
                case OPEN_REFUSED:
                    if (pending > 0) {
                        breakDown();
                        machine.failed(last, Problem.DISABLED);
                    }
                    break;
                case DISCONNECTED:
                    if (pending > 0 || open > 0) {
                        breakDown();
                        machine.lost(last);
                    }
                    break;
                case CAMERA_ERROR:
                    if (pending > 0 || open > 0) {
                        breakDown();
                        machine.failed(last, Problem.FAILED);
                    }
                    break;
                case CONFIGURED:
                    if (isConfiguring) {
                        isConfiguring = false;
                        isRunning = true;
                        forget();
                        machine.configured(open);
                    }
                    break;
                case CONFIGURE_FAILED:
                    if (isConfiguring) {
                        isConfiguring = false;
                        hasProblem = true;
                        machine.configureFailed(open);
                    }
                    break;
                case ROTATED:
                    rotation = (rotation + 90) % 360;
                    machine.rotated();
                    break;
                case RETRY:
                    forget();
                    machine.retry();
                    break;
                case TIME_PASSED:
                    if (due > 0) {
                        hasProblem &= due != last;
                        int of = due;
                        due = 0;
                        machine.retryDue(of);
                    }
                    break;
                case CAMERA_FREE:
                    if (hasProblem && !hasTriedFree) {
                        hasTriedFree = true;
                        hasProblem = false;
                    }
                    machine.available();
                    break;
                case NEWS_OF_AN_OLD_CAMERA:
                    machine.opened(last - 1);
                    machine.configured(last - 1);
                    machine.configureFailed(last - 1);
                    machine.lost(last - 1);
                    machine.failed(last - 1, Problem.FAILED);
                    break;
                default:
                    throw new AssertionError(event);
            }
            check();
        }

        private void forget() {
            hasProblem = false;
            hasTriedFree = false;
        }

        /** What goes wrong with a camera that was asked for before the screen was left is no news. */
        private void breakDown() {
            hasProblem = !(pending > 0 && isPendingOld);
            pending = 0;
        }

        /** Only where the system's question is on the screen. */
        private void answer(Permission permission) {
            if (!isGranted) {
                machine.answered(permission);
            }
        }

        private void check() {
            assertTrue("one camera at most", pending == 0 || open == 0);
            assertTrue("none open in the background", isResumed || open == 0);
            assertTrue("none open without a surface", hasSurface || open == 0);
            boolean canRun = isResumed && hasSurface && isGranted && !hasProblem;
            if (canRun && machineKnowsThePermission()) {
                assertTrue("a camera that can run is on its way", pending > 0 || open > 0);
                assertTrue(pending > 0 || isConfiguring || isRunning);
            }
            assertTrue("no problem is for good", !hasProblem || due == last);
            assertFalse("nothing is left open after a problem", hasProblem && open > 0);
            assertEquals("what was opened and is not open was closed", opens, closes + open01());
            assertEquals(shown, machine.message());
            if (isRunning || !isResumed) {
                assertEquals("nothing to say", Message.NONE, shown);
            } else {
                assertNotEquals("a message says why there is no picture", Message.NONE, shown);
            }
            assertFalse(
                    "who can be asked is not sent to the settings",
                    canExplain && shown == Message.PERMISSION_IN_SETTINGS);
            if (isRunning) {
                assertEquals("frames are turned as the screen is", rotation, framedRotation);
            }
        }

        private int open01() {
            return open > 0 ? 1 : 0;
        }

        /** A permission given in the settings is seen when the screen comes back. */
        private boolean machineKnowsThePermission() {
            return machine.toString().startsWith("GRANTED");
        }

        @Override
        public void askPermission() {
            assertTrue("asks only in front, and only for what it lacks", isResumed && !isGranted);
            asked++;
        }

        @Override
        public void open(int camera) {
            assertEquals("an open camera or one on its way", 0, pending + open);
            assertTrue(isResumed && hasSurface && isGranted);
            assertTrue("every camera has its own number", camera > last);
            pending = camera;
            isPendingOld = false;
            last = camera;
        }

        @Override
        public void configure(int camera) {
            assertEquals(open, camera);
            assertTrue("configured for nobody", isResumed && hasSurface);
            assertFalse("configured twice", isConfiguring || isRunning);
            isConfiguring = true;
            framedRotation = rotation;
        }

        @Override
        public void close(int camera) {
            assertEquals("closes what it opened", last, camera);
            closes += open01();
            open = 0;
            isConfiguring = false;
            isRunning = false;
        }

        @Override
        public void retryLater(int camera, int milliseconds) {
            assertEquals(last, camera);
            assertTrue("not at once", milliseconds >= 1000 && milliseconds <= 8000);
            due = camera;
            wait = milliseconds;
        }

        @Override
        public void reframe() {
            framedRotation = rotation;
        }

        @Override
        public void show(Message message) {
            assertNotEquals("shown again", shown, message);
            shown = message;
        }

        /** All that decides what can happen next. */
        String key() {
            return machine + " " + isGranted + canExplain + isResumed + hasSurface + hasProblem
                    + hasTriedFree + (due > 0) + (due == last) + (pending > 0 && isPendingOld)
                    + (pending > 0) + (open > 0) + isConfiguring + isRunning
                    + (rotation == framedRotation);
        }
    }

    private static Phone played(Event... events) {
        Phone phone = new Phone();
        for (Event event : events) {
            try {
                phone.play(event);
            } catch (AssertionError error) {
                throw new AssertionError(event + " in " + Arrays.toString(events), error);
            }
        }
        return phone;
    }

    @Test
    public void everyOrderOfEvents_ofAnyLength_keepsThePromises() {
        // From every state that can be reached, every event: what comes after depends on nothing
        // else, so no longer order can show anything new.
        Set<String> seen = new HashSet<>();
        Set<Message> messages = EnumSet.noneOf(Message.class);
        Queue<Event[]> orders = new ArrayDeque<>();
        orders.add(new Event[0]);
        seen.add(new Phone().key());
        while (!orders.isEmpty()) {
            Event[] order = orders.remove();
            for (Event event : Event.values()) {
                Event[] longer = Arrays.copyOf(order, order.length + 1);
                longer[order.length] = event;
                Phone phone = played(longer);
                messages.add(phone.shown);
                if (seen.add(phone.key())) {
                    orders.add(longer);
                    assertPreviewRunsInTheEnd(phone, longer);
                }
            }
        }
        assertTrue("states: " + seen.size(), seen.size() > 100);
        Set<Message> others = EnumSet.of(Message.IN_USE, Message.MISSING);
        assertEquals("messages", EnumSet.complementOf(EnumSet.copyOf(others)), messages);
    }

    /** With the screen in front and the camera allowed, nobody has to touch the phone. */
    private static void assertPreviewRunsInTheEnd(Phone phone, Event... before) {
        if (!phone.hasSurface) {
            phone.play(Event.SURFACE_READY);
        }
        if (!phone.isGranted) {
            phone.play(Event.PERMISSION_GRANTED);
        }
        if (!phone.isResumed || !phone.machineKnowsThePermission()) {
            phone.play(Event.PAUSE);
            phone.play(Event.RESUME);
        }
        phone.play(Event.TIME_PASSED);
        phone.play(Event.OPENED);
        phone.play(Event.CONFIGURED);
        assertTrue("no preview after " + Arrays.toString(before), phone.isRunning);
    }

    @Test
    public void cameraThatIsDisabledBecauseTheScreenWasLeft_isOpenedAgain() {
        Phone phone = opening();
        phone.play(Event.PAUSE);
        phone.play(Event.RESUME);
        // Of the camera that was asked for before the pause: the app was in the background.
        phone.play(Event.OPEN_REFUSED);
        assertEquals(Message.STARTING, phone.shown);
        assertEquals(2, phone.pending);
        phone.play(Event.OPENED);
        phone.play(Event.CONFIGURED);
        assertTrue(phone.isRunning);
    }

    @Test
    public void cameraThatStaysRefused_isTriedEverMoreSeldom_andRunsWhenItIsFree() {
        Phone phone = opening();
        List<Integer> waits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            phone.play(Event.OPEN_REFUSED);
            assertEquals(Message.DISABLED, phone.shown);
            waits.add(phone.wait);
            phone.play(Event.TIME_PASSED);
            assertEquals("the message stays while it is tried", Message.DISABLED, phone.shown);
        }
        assertEquals(Arrays.asList(1000, 2000, 4000, 8000, 8000, 8000), waits);
        phone.play(Event.OPENED);
        phone.play(Event.CONFIGURED);
        assertTrue(phone.isRunning);
        assertEquals(Message.NONE, phone.shown);
        phone.play(Event.DISCONNECTED);
        assertEquals("from the beginning", 1000, phone.wait);
    }

    @Test
    public void cameraThatBecomesFree_isTriedAtOnce_butNotAgainAndAgain() {
        Phone phone = opening();
        phone.play(Event.OPENED);
        phone.play(Event.CONFIGURED);
        phone.play(Event.DISCONNECTED);
        phone.play(Event.CAMERA_FREE);
        assertEquals(2, phone.pending);
        // One that fails becomes free by that, and would be tried without end.
        phone.play(Event.CAMERA_ERROR);
        phone.play(Event.CAMERA_FREE);
        assertEquals(0, phone.pending);
        phone.play(Event.TIME_PASSED);
        assertEquals(3, phone.pending);
    }

    @Test
    public void everyOrderOfFiveEvents_withoutAnyShortcut_keepsThePromises() {
        Event[] events = Event.values();
        Event[] order = new Event[5];
        int count = 1;
        for (int i = 0; i < order.length; i++) {
            count *= events.length;
        }
        for (int number = 0; number < count; number++) {
            for (int i = 0, rest = number; i < order.length; i++, rest /= events.length) {
                order[i] = events[rest % events.length];
            }
            played(order);
        }
    }

    @Test
    public void firstStart_permissionGranted_previewRuns() {
        Phone phone = played(Event.SURFACE_READY, Event.RESUME);
        assertEquals(1, phone.asked);
        assertEquals(Message.PERMISSION_NEEDED, phone.shown);
        // The question covers the screen.
        phone.play(Event.PAUSE);
        phone.play(Event.PERMISSION_GRANTED);
        assertEquals(0, phone.pending);
        phone.play(Event.RESUME);
        assertEquals(Message.STARTING, phone.shown);
        phone.play(Event.OPENED);
        phone.play(Event.CONFIGURED);
        assertTrue(phone.isRunning);
        assertEquals(1, phone.asked);
    }

    @Test
    public void permissionDenied_isAskedAgainOnlyWhenThePersonWants() {
        Phone phone = played(Event.RESUME, Event.PAUSE, Event.PERMISSION_DENIED, Event.RESUME);
        assertEquals(1, phone.asked);
        assertEquals(Message.PERMISSION_NEEDED, phone.shown);
        phone.play(Event.RETRY);
        assertEquals(2, phone.asked);
    }

    @Test
    public void permissionDeniedForGood_thenGivenInSettings_previewStarts() {
        Phone phone =
                played(
                        Event.SURFACE_READY,
                        Event.RESUME,
                        Event.PAUSE,
                        Event.PERMISSION_DENIED_FOR_GOOD,
                        Event.RESUME);
        assertEquals(Message.PERMISSION_IN_SETTINGS, phone.shown);
        phone.play(Event.PAUSE);
        phone.isGranted = true;
        phone.play(Event.RESUME);
        assertEquals(Message.STARTING, phone.shown);
        assertTrue(phone.pending > 0);
    }

    @Test
    public void permissionDeniedForGood_thenAskableAgain_isAskedForAgain() {
        Phone phone =
                played(
                        Event.RESUME,
                        Event.PAUSE,
                        Event.PERMISSION_DENIED_FOR_GOOD,
                        Event.RESUME,
                        Event.PAUSE,
                        Event.PERMISSION_ASKABLE_AGAIN,
                        Event.RESUME);
        assertEquals(Message.PERMISSION_NEEDED, phone.shown);
        assertEquals(1, phone.asked);
        phone.play(Event.RETRY);
        assertEquals(2, phone.asked);
    }

    @Test
    public void cameraThatArrivesInTheBackground_isClosedThen() {
        Phone phone = opening();
        phone.play(Event.PAUSE);
        assertTrue(phone.pending > 0);
        phone.play(Event.OPENED);
        assertEquals(0, phone.open);
        assertEquals(1, phone.closes);
    }

    @Test
    public void backBeforeTheCameraArrived_usesThatCamera() {
        Phone phone = opening();
        phone.play(Event.PAUSE);
        phone.play(Event.RESUME);
        phone.play(Event.OPENED);
        phone.play(Event.CONFIGURED);
        assertTrue(phone.isRunning);
        assertEquals(1, phone.last);
    }

    @Test
    public void cameraTakenByAnotherApp_canBeTriedAgain() {
        Phone phone = opening();
        phone.play(Event.OPENED);
        phone.play(Event.CONFIGURED);
        phone.play(Event.DISCONNECTED);
        assertEquals(Message.LOST, phone.shown);
        phone.play(Event.RETRY);
        phone.play(Event.OPEN_REFUSED);
        assertEquals(Message.DISABLED, phone.shown);
        phone.play(Event.PAUSE);
        phone.play(Event.RESUME);
        assertEquals(Message.STARTING, phone.shown);
        assertTrue(phone.pending > 0);
    }

    @Test
    public void everyProblem_hasItsOwnMessage() {
        Set<Message> messages = EnumSet.noneOf(Message.class);
        for (Problem problem : Problem.values()) {
            Phone phone = opening();
            phone.breakDown();
            phone.machine.failed(phone.last, problem);
            messages.add(phone.shown);
        }
        assertEquals(Problem.values().length, messages.size());
    }

    private static Phone opening() {
        Phone phone = new Phone();
        phone.isGranted = true;
        phone.play(Event.SURFACE_READY);
        phone.play(Event.RESUME);
        assertTrue(phone.pending > 0);
        return phone;
    }
}
