package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.ContentProvider;
import android.content.ContentResolver;
import android.content.ContentValues;
import android.content.Context;
import android.content.Intent;
import android.database.Cursor;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.Canvas;
import android.media.ExifInterface;
import android.net.Uri;
import android.os.HandlerThread;
import android.os.ParcelFileDescriptor;
import android.os.SystemClock;
import android.view.MotionEvent;
import android.view.Menu;
import android.view.View;
import android.widget.RadioButton;
import android.widget.TextView;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.dbdmobile.Focus;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.fakes.RoboMenu;
import org.robolectric.fakes.RoboMenuItem;
import org.robolectric.shadows.ShadowLog;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.util.ReflectionHelpers;

/** A photo with its map: Android's own views and decoders, TensorFlow Lite's own native code. */
@RunWith(ScreenRunner.class)
@Config(sdk = 34, qualifiers = "w360dp-h640dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class StillScreenTest {
    private static final Uri SCENE = Uri.fromFile(new File(Screen.ROOT, "docs/scene.jpg"));

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private static ActivityController<StillActivity> controller(Uri photo) {
        Context context = RuntimeEnvironment.getApplication();
        Intent intent = StillActivity.of(context, photo);
        return Robolectric.buildActivity(StillActivity.class, intent);
    }

    private static StillActivity started(Uri photo) {
        return controller(photo).setup().get();
    }

    private static StillActivity shown(Uri photo) throws Exception {
        ActivityController<StillActivity> controller = controller(photo).create();
        StillActivity activity = controller.get();
        // Here, as what comes next lets the main thread take up a photo that is open already.
        assertEquals(activity.getString(R.string.photo_opening), Screen.message(activity));
        show(controller);
        return activity;
    }

    private static void show(ActivityController<StillActivity> controller) throws Exception {
        controller.start().postCreate(null).resume().visible().topActivityResumed(true);
        Screen.await(() -> Screen.message(controller.get()).isEmpty());
    }

    private static void tap(StillActivity activity, float x, float y) {
        View overlay = activity.findViewById(R.id.overlay);
        long now = SystemClock.uptimeMillis();
        for (int action : new int[] {MotionEvent.ACTION_DOWN, MotionEvent.ACTION_UP}) {
            overlay.dispatchTouchEvent(
                    MotionEvent.obtain(
                            now, now, action, x * overlay.getWidth(), y * overlay.getHeight(), 0));
        }
        ShadowLooper.idleMainLooper();
    }

    private static String heard(StillActivity activity) {
        return activity.findViewById(R.id.overlay).getContentDescription().toString();
    }

    private static void choose(StillActivity activity, int mode) {
        ((RadioButton) activity.findViewById(mode)).performClick();
    }

    @Test
    public void photo_everyModeAndSubject_isPainted() throws Exception {
        StillActivity activity = shown(SCENE);
        Bitmap heatMap = Screen.paint(activity, "still-heat-map");
        choose(activity, R.id.mode_mask);
        Bitmap mask = Screen.paint(activity, "still-mask");
        choose(activity, R.id.mode_peaking);
        Bitmap peaking = Screen.paint(activity, "still-peaking");
        assertFalse(heatMap.sameAs(mask));
        assertFalse(mask.sameAs(peaking));
        // The red ball, whose middle the scene is focused on, and the wall far behind it.
        tap(activity, 0.555f, 0.52f);
        Focus ball = judged(activity);
        Screen.paint(activity, "still-ball");
        choose(activity, R.id.mode_heat_map);
        tap(activity, 0.2f, 0.1f);
        Focus wall = judged(activity);
        Screen.paint(activity, "still-wall");
        assertFalse(ball + ", " + wall, ball.blurRadiusPx() >= wall.blurRadiusPx());
    }

    /** The verdict that is shown; what is heard and read is of the same. */
    private static Focus judged(StillActivity activity) throws Exception {
        Screen.await(() -> ReflectionHelpers.getField(activity, "focus") != null);
        Focus focus = ReflectionHelpers.getField(activity, "focus");
        SubjectText text = SubjectText.of(focus);
        String heard = activity.getString(text.text);
        if (text != SubjectText.UNDECIDABLE) {
            int tenths = SubjectText.tenths(focus);
            heard = heard.replace("%d", tenths / 10 + "." + tenths % 10);
        }
        assertEquals(heard, heard(activity));
        assertEquals(activity.getString(text.verdict), read(activity, R.id.verdict));
        if (text != SubjectText.UNDECIDABLE) {
            int tenths = SubjectText.tenths(focus);
            String radius = " " + tenths / 10 + "." + tenths % 10 + "\u00a0px";
            assertTrue(read(activity, R.id.reason).contains(radius));
        }
        return focus;
    }

    private static String read(StillActivity activity, int id) {
        return ((TextView) activity.findViewById(id)).getText().toString();
    }

    @Test
    public void photo_withoutATap_hasItsSubjectJudged() throws Exception {
        StillActivity activity = shown(SCENE);
        Focus focus = judged(activity);
        assertTrue(focus.isSubjectFound());
        assertNotEquals("", read(activity, R.id.verdict));
        Bitmap scene = BitmapFactory.decodeFile(SCENE.getPath());
        assertEquals(scene.getWidth(), focus.photoWidth());
        // The ball, which is in focus, is at the middle of what was found.
        assertTrue(focus.toString(), focus.left() < 0.555 * scene.getWidth());
        assertTrue(focus.toString(), focus.right() > 0.555 * scene.getWidth());
        Screen.paint(activity, "still-subject");
    }

    @Test
    public void photo_blurredAllOver_hasItsLeastBlurredPartJudgedAndSaysSo() throws Exception {
        File photo = folder.newFile("blurred.png");
        Bitmap scene = BitmapFactory.decodeFile(SCENE.getPath());
        Bitmap small = Bitmap.createScaledBitmap(scene, 48, 32, true);
        try (OutputStream out = new FileOutputStream(photo)) {
            Bitmap.createScaledBitmap(small, 960, 640, true)
                    .compress(Bitmap.CompressFormat.PNG, 100, out);
        }
        StillActivity activity = shown(Uri.fromFile(photo));
        Focus focus = judged(activity);
        assertTrue(focus.toString(), focus.isLeastBlurredPart());
        String reason = read(activity, R.id.reason);
        assertTrue(reason, reason.startsWith(activity.getString(R.string.reason_least_blurred)));
        tap(activity, 0.5f, 0.5f);
        assertFalse(judged(activity).isLeastBlurredPart());
        reason = read(activity, R.id.reason);
        assertFalse(reason, reason.startsWith(activity.getString(R.string.reason_least_blurred)));
    }

    @Test
    public void tap_whileAnotherIsJudged_winsAndIsSaidAlone() throws Exception {
        StillActivity activity = shown(SCENE);
        tap(activity, 0.2f, 0.1f);
        assertEquals(
                activity.getString(R.string.judging), read(activity, R.id.verdict));
        tap(activity, 0.555f, 0.52f);
        Focus focus = judged(activity);
        Subject last = new Subject(0.555f, 0.52f);
        assertEquals(
                last.left(focus.photoWidth(), focus.photoHeight()), focus.left(), 2);
        activity.finish();
    }

    @Test
    public void photoThatIsTooSmall_isShownAndSaidNotToBeJudged() throws Exception {
        File photo = folder.newFile("small.png");
        Bitmap small = Bitmap.createBitmap(60, 90, Bitmap.Config.ARGB_8888);
        try (OutputStream out = new FileOutputStream(photo)) {
            small.compress(Bitmap.CompressFormat.PNG, 100, out);
        }
        StillActivity activity = shown(Uri.fromFile(photo));
        String expected = activity.getString(R.string.verdict_undecidable);
        Screen.await(() -> read(activity, R.id.verdict).equals(expected));
        assertEquals(activity.getString(R.string.photo_too_small), read(activity, R.id.reason));
        assertTrue(share(activity).isEnabled());
    }

    @Test
    public void photoThatCannotBeJudged_saysSoAndWhy() throws Exception {
        StillActivity activity = shown(SCENE);
        judged(activity);
        LiveBlur judge = ReflectionHelpers.getField(activity, "judge");
        judge.close();
        tap(activity, 0.2f, 0.1f);
        String refused = activity.getString(R.string.kernels_refused);
        Screen.await(() -> Screen.message(activity).equals(refused));
        // Not the words that say that it is still at it.
        assertEquals(
                activity.getString(R.string.verdict_undecidable), read(activity, R.id.verdict));
    }

    @Test
    public void readout_onANarrowPicture_isNotCutOff() throws Exception {
        File photo = folder.newFile("narrow.png");
        Bitmap scene = BitmapFactory.decodeFile(SCENE.getPath());
        int width = scene.getHeight() / 6;
        Bitmap narrow =
                Bitmap.createBitmap(
                        scene, scene.getWidth() / 2 - width / 2, 0, width, scene.getHeight());
        try (OutputStream out = new FileOutputStream(photo)) {
            narrow.compress(Bitmap.CompressFormat.PNG, 100, out);
        }
        StillActivity activity = shown(Uri.fromFile(photo));
        tap(activity, 0.5f, 0.5f);
        int color = OverlayView.color(judged(activity).verdict());
        View overlay = activity.findViewById(R.id.overlay);
        Bitmap picture =
                Bitmap.createBitmap(
                        overlay.getWidth(), overlay.getHeight(), Bitmap.Config.ARGB_8888);
        overlay.draw(new Canvas(picture));
        Screen.paint(activity, "still-narrow");
        // Its letters end before the panel does, which ends with the picture at the latest.
        int margin = Math.round(4 * activity.getResources().getDisplayMetrics().density);
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = picture.getWidth() - margin; x < picture.getWidth(); x++) {
                assertNotEquals(x + "," + y, color, picture.getPixel(x, y));
            }
        }
    }

    @Test
    public void photoOfTooManyPixels_isReducedAndSaysSo() throws Exception {
        ContentResolver resolver = RuntimeEnvironment.getApplication().getContentResolver();
        Bitmap scene = BitmapFactory.decodeFile(SCENE.getPath());
        int pixels = scene.getWidth() * scene.getHeight();
        Still whole = Stills.read(resolver, SCENE, pixels);
        assertEquals(1, whole.reducedBy);
        assertSame(whole.whole, whole.shown);
        Still half = Stills.read(resolver, SCENE, pixels - 1);
        assertEquals(2, half.reducedBy);
        assertEquals((scene.getWidth() + 1) / 2, half.whole.getWidth(), 1);
    }

    @Test
    public void screenThatIsLeft_closesItsDetector() throws Exception {
        ActivityController<StillActivity> controller = controller(SCENE).create();
        show(controller);
        StillActivity activity = controller.get();
        HandlerThread thread = ReflectionHelpers.getField(activity, "thread");
        controller.pause().stop().destroy();
        thread.join();
        assertNull(ReflectionHelpers.getField(activity, "judge"));
    }

    @Test
    @Config(qualifiers = "+night")
    public void photo_atNight_isPaintedDark() throws Exception {
        StillActivity activity = shown(SCENE);
        tap(activity, 0.555f, 0.52f);
        judged(activity);
        Bitmap picture = Screen.paint(activity, "still-night");
        int middle = picture.getWidth() / 2;
        Screen.assertColor(
                "background", 0xff101416, picture.getPixel(middle, picture.getHeight() / 6));
    }

    @Test
    public void photoLyingOnItsSide_isTurnedUpright() throws Exception {
        File photo = folder.newFile("side.jpg");
        Files.write(photo.toPath(), Files.readAllBytes(new File(SCENE.getPath()).toPath()));
        ExifInterface exif = new ExifInterface(photo.getPath());
        exif.setAttribute(
                ExifInterface.TAG_ORIENTATION,
                String.valueOf(ExifInterface.ORIENTATION_ROTATE_90));
        exif.saveAttributes();
        ContentResolver resolver = RuntimeEnvironment.getApplication().getContentResolver();
        Bitmap lying = BitmapFactory.decodeFile(SCENE.getPath());
        Bitmap upright = Stills.read(resolver, Uri.fromFile(photo)).whole;
        assertEquals(lying.getHeight(), upright.getWidth());
        assertEquals(lying.getWidth(), upright.getHeight());
        assertEquals(lying.getPixel(0, 0), upright.getPixel(upright.getWidth() - 1, 0));
    }

    @Test
    public void damagedPhoto_isSaidOnTheScreenAndInTheLog() throws Exception {
        File damaged = folder.newFile("damaged.jpg");
        Files.write(damaged.toPath(), "This is no photo.".getBytes("UTF-8"));
        StillActivity activity = started(Uri.fromFile(damaged));
        String expected = activity.getString(R.string.photo_damaged);
        Screen.await(() -> Screen.message(activity).equals(expected));
        Screen.paint(activity, "message-damaged");
        assertTrue(
                ShadowLog.getLogsForTag("dbd-mobile").stream()
                        .anyMatch(line -> line.msg.equals("The photo cannot be shown.")));
    }

    @Test
    public void cutPhoto_isShownOrRefusedButNeverACrash() throws Exception {
        byte[] whole = Files.readAllBytes(new File(SCENE.getPath()).toPath());
        for (int length : new int[] {0, 1, 20, 200, whole.length / 2}) {
            File cut = folder.newFile("cut" + length + ".jpg");
            Files.write(cut.toPath(), Arrays.copyOf(whole, length));
            StillActivity activity = started(Uri.fromFile(cut));
            String opening = activity.getString(R.string.photo_opening);
            Screen.await(() -> !Screen.message(activity).equals(opening));
            String message = Screen.message(activity);
            assertTrue(
                    message,
                    message.isEmpty()
                            || message.equals(activity.getString(R.string.photo_damaged)));
            activity.finish();
        }
    }

    @Test
    public void photoThatIsGone_isSaid() throws Exception {
        StillActivity activity = started(Uri.fromFile(new File(folder.getRoot(), "gone.jpg")));
        String expected = activity.getString(R.string.photo_unreadable);
        Screen.await(() -> Screen.message(activity).equals(expected));
    }

    /** Another app, with a mistake of its own. */
    public static final class BrokenProvider extends ContentProvider {
        @Override
        public boolean onCreate() {
            return true;
        }

        @Override
        public ParcelFileDescriptor openFile(Uri uri, String mode) {
            throw new IllegalStateException("a mistake");
        }

        @Override
        public String getType(Uri uri) {
            return "image/jpeg";
        }

        @Override
        public Cursor query(
                Uri uri, String[] projection, String selection, String[] values, String order) {
            return null;
        }

        @Override
        public Uri insert(Uri uri, ContentValues values) {
            return null;
        }

        @Override
        public int delete(Uri uri, String selection, String[] values) {
            return 0;
        }

        @Override
        public int update(Uri uri, ContentValues changed, String selection, String[] values) {
            return 0;
        }
    }

    @Test
    public void photoOfAnAppThatFails_isSaid() throws Exception {
        Robolectric.setupContentProvider(BrokenProvider.class, "broken");
        StillActivity activity = started(Uri.parse("content://broken/photo"));
        String expected = activity.getString(R.string.photo_unreadable);
        Screen.await(() -> Screen.message(activity).equals(expected));
        assertEquals(View.GONE, activity.findViewById(R.id.message_button).getVisibility());
    }

    private static View share(StillActivity activity) {
        ShadowLooper.idleMainLooper();
        return activity.findViewById(R.id.share);
    }

    @Test
    public void shareWithoutAFolder_isSaidUntilItWasRead() throws Exception {
        StillActivity activity = shown(SCENE);
        File folder = new File(activity.getCacheDir(), "stills");
        Files.write(folder.toPath(), new byte[1]);
        share(activity).performClick();
        Screen.await(() -> Screen.message(activity).startsWith("Nothing was saved:"));
        Screen.await(() -> share(activity).isEnabled());
        activity.findViewById(R.id.message_button).performClick();
        assertEquals("", Screen.message(activity));
        assertTrue(folder.delete());
        share(activity).performClick();
        Screen.await(() -> shadowOf(activity).peekNextStartedActivity() != null);
    }

    @Test
    public void share_isOfferedAgainOnlyWhenItWasSent() throws Exception {
        ActivityController<StillActivity> controller = controller(SCENE).create();
        StillActivity activity = controller.get();
        // Before it is shown, for the reason in shown(): its menu comes only with the main thread.
        Menu menu = new RoboMenu(activity);
        activity.onCreateOptionsMenu(menu);
        assertFalse("no photo yet", menu.findItem(R.id.share).isEnabled());
        show(controller);
        assertTrue(share(activity).isEnabled());
        share(activity).performClick();
        assertFalse(share(activity).isEnabled());
        Screen.await(() -> shadowOf(activity).peekNextStartedActivity() != null);
        assertTrue(share(activity).isEnabled());
    }

    @Test
    public void share_screenThatWasLeftForGood_opensNothing() throws Exception {
        StillActivity activity = shown(SCENE);
        share(activity).performClick();
        activity.finish();
        Screen.await(() -> share(activity).isEnabled());
        assertNull(shadowOf(activity).getNextStartedActivity());
    }

    @Test
    public void share_handsOutPhotoMapAndOverlay() throws Exception {
        StillActivity activity = shown(SCENE);
        activity.onOptionsItemSelected(new RoboMenuItem(R.id.share));
        Screen.await(() -> shadowOf(activity).peekNextStartedActivity() != null);
        Intent chooser = shadowOf(activity).getNextStartedActivity();
        Intent share = chooser.getParcelableExtra(Intent.EXTRA_INTENT, Intent.class);
        List<Uri> uris = share.getParcelableArrayListExtra(Intent.EXTRA_STREAM, Uri.class);
        String[] ends = {".jpg", ".blur.png", ".overlay.jpg"};
        assertEquals(3, uris.size());
        assertNotEquals(0, share.getFlags() & Intent.FLAG_GRANT_READ_URI_PERMISSION);
        Bitmap scene = BitmapFactory.decodeFile(SCENE.getPath());
        for (int i = 0; i < 3; i++) {
            assertTrue(uris.get(i).getPath().endsWith(ends[i]));
            // As the app that it is shared with reads it.
            try (Cursor cursor =
                    activity.getContentResolver()
                            .query(uris.get(i), new String[] {"_size"}, null, null, null)) {
                assertTrue(cursor.moveToFirst());
                assertEquals(1, cursor.getColumnCount());
                assertTrue(cursor.getLong(0) > 0);
            }
            try (InputStream stream =
                    activity.getContentResolver().openInputStream(uris.get(i))) {
                Bitmap picture = BitmapFactory.decodeStream(stream);
                assertEquals(scene.getWidth(), picture.getWidth());
                assertEquals(scene.getHeight(), picture.getHeight());
                if (i == 1) {
                    int wall = picture.getPixel(picture.getWidth() / 5, picture.getHeight() / 10);
                    int ball =
                            picture.getPixel(
                                    picture.getWidth() * 555 / 1000,
                                    picture.getHeight() * 52 / 100);
                    assertTrue((wall & 0xFF) > 127 && (ball & 0xFF) < 128);
                }
            }
        }
    }

    @Test
    public void provider_namesThatAreNoStills_areNotHandedOut() throws Exception {
        Context context = RuntimeEnvironment.getApplication();
        Files.write(new File(context.getCacheDir(), "secret.jpg").toPath(), new byte[1]);
        StillProvider provider = Robolectric.setupContentProvider(StillProvider.class);
        for (String name : new String[] {"..%2Fsecret.jpg", "x.jpg", "secret", "", "a.txt"}) {
            Uri uri = Uri.parse("content://org.dbdmobile.demo.stills/" + name);
            assertThrows(
                    FileNotFoundException.class, () -> provider.openFile(uri, "r"));
            try (Cursor cursor = provider.query(uri, null, null, null, null)) {
                assertEquals(0, cursor.getCount());
            }
        }
    }
}
