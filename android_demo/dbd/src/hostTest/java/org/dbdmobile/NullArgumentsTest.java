package org.dbdmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.graphics.Bitmap;
import android.media.Image;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;

/** Null for each argument of each public method: it is allowed, or a {@link DbdException}. */
public class NullArgumentsTest {
    private static final BlurModel MODEL =
            BlurModel.read(
                    new ByteArrayInputStream(Golden.bytes("tests/runtime/data/tiny_int8.tflite")),
                    "tiny",
                    null);
    private static final BlurModel.Assets ASSETS =
            path -> new ByteArrayInputStream(Golden.asset(path));

    private static Map<Class<?>, Object> samples(BlurDetector detector) {
        Map<Class<?>, Object> samples = new HashMap<>();
        samples.put(BlurDetector.class, detector);
        samples.put(BlurModel.class, MODEL);
        samples.put(DetailModel.class, detail());
        samples.put(BlurModel.Assets.class, ASSETS);
        samples.put(BlurMap.class, detector.newMap());
        samples.put(AndroidAssets.class, AndroidAssetsTest.assets(new File("none"), 0, 0));
        samples.put(AndroidFrames.class, new AndroidFrames());
        samples.put(FrameConverter.class, new FrameConverter(4, 4));
        samples.put(DetectorOptions.class, DetectorOptions.defaults());
        samples.put(Framing.class, Framing.WHOLE);
        samples.put(Region.class, Region.box(0, 0, 64, 64));
        samples.put(Strictness.class, Strictness.PIXEL);
        samples.put(RgbFrame.class, new RgbFrame());
        samples.put(YuvFrame.class, new YuvFrame());
        samples.put(
                Frame.class, new RgbFrame().set(ByteBuffer.allocate(192 * 64), 64, 64, 192, 3));
        samples.put(ByteBuffer.class, ByteBuffer.allocate(48 * 32 * 3));
        samples.put(InputStream.class, new ByteArrayInputStream(new byte[0]));
        samples.put(File.class, new File("gpu"));
        samples.put(String.class, "lite");
        samples.put(int.class, 1);
        samples.put(float.class, 0.5f);
        samples.put(double.class, 2.0);
        samples.put(boolean.class, false);
        return samples;
    }

    private static DetailModel detail() {
        return DetailModel.bundled(ASSETS, "detail");
    }

    @Test
    public void everyPublicMethod_nullForAnyArgument_throwsDbdExceptionOrAllowsIt()
            throws Exception {
        Set<String> allowed = new TreeSet<>();
        int refused = 0;
        DetectorOptions options = DetectorOptions.defaults().withThreads(1);
        try (BlurDetector detector = BlurDetector.open(MODEL, detail(), options)) {
            Map<Class<?>, Object> samples = samples(detector);
            Class<?>[] classes = {
                AndroidAssets.class, AndroidFrames.class, BlurDetector.class, BlurMap.class,
                BlurModel.class, DetailModel.class, DetectorOptions.class, FrameConverter.class,
                Framing.class, Region.class, RgbFrame.class, Strictness.class, YuvFrame.class
            };
            for (Class<?> type : classes) {
                for (Method method : type.getMethods()) {
                    if (method.getDeclaringClass() != type || method.getName().equals("equals")) {
                        continue;
                    }
                    Class<?>[] kinds = method.getParameterTypes();
                    for (int i = 0; i < kinds.length; i++) {
                        if (!kinds[i].isPrimitive()) {
                            boolean isStatic = Modifier.isStatic(method.getModifiers());
                            Object of = isStatic ? null : samples.get(type);
                            Object[] arguments = arguments(kinds, i, samples);
                            refused += isRefused(method, of, arguments, i, allowed) ? 1 : 0;
                        }
                    }
                }
            }
        }
        assertTrue("refused: " + refused, refused > 30);
        // A model that judges, a checksum, an accelerator: there need not be any.
        assertEquals(
                "[BlurDetector.open 1 of 3, BlurModel.read 2 of 3, DetailModel.read 2 of 3,"
                        + " DetectorOptions.withAccelerator 0 of 1]",
                allowed.toString());
    }

    private static Object[] arguments(Class<?>[] kinds, int missing, Map<Class<?>, Object> samples)
            throws Exception {
        Object[] arguments = new Object[kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            arguments[i] = i == missing ? null : sample(kinds[i], samples);
        }
        return arguments;
    }

    private static Object sample(Class<?> kind, Map<Class<?>, Object> samples) {
        assertTrue(
                "no sample of " + kind,
                samples.containsKey(kind) || kind == Image.class || kind == Bitmap.class);
        return kind == InputStream.class
                ? new ByteArrayInputStream(Golden.bytes("tests/runtime/data/tiny_int8.tflite"))
                : samples.get(kind);
    }

    private static boolean isRefused(
            Method method, Object of, Object[] arguments, int missing, Set<String> allowed)
            throws Exception {
        String call =
                method.getDeclaringClass().getSimpleName() + "." + method.getName() + " " + missing
                        + " of " + arguments.length;
        try {
            Object made = method.invoke(of, arguments);
            if (made instanceof BlurDetector) {
                ((BlurDetector) made).close();
            }
            allowed.add(call);
            return false;
        } catch (InvocationTargetException error) {
            if (call.equals("DetailModel.read 2 of 3")) {
                // The tiny model is of the other kind.
                assertTrue(error.getCause() instanceof DbdException.Model);
                allowed.add(call);
                return false;
            }
            assertTrue(call + " threw " + error.getCause(), error.getCause() instanceof DbdException);
            return true;
        }
    }
}
