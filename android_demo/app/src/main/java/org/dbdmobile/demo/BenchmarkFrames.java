package org.dbdmobile.demo;

import java.nio.ByteBuffer;
import java.util.Random;
import org.dbdmobile.Frame;
import org.dbdmobile.Framing;
import org.dbdmobile.RgbFrame;
import org.dbdmobile.YuvFrame;
import org.json.JSONException;
import org.json.JSONObject;

/**
 * What a benchmark looks at, the same each time: a photo of noise, of the size that {@code dbd-mobile bench}
 * takes, and a noisy frame as this app's camera gives them: the planes of {@code YUV_420_888} in direct
 * memory, rows longer than the picture, both chroma planes in one another, and a quarter turn to be upright.
 */
final class BenchmarkFrames {
    /** Both sides of the photo. */
    static final int PHOTO_SIDE = 1000;

    static final int CAMERA_WIDTH = 1280;
    static final int CAMERA_HEIGHT = 720;
    static final int CAMERA_ROTATION = 90;
    private static final int ROW_STRIDE = 1344;
    // How far noise goes to either side of grey: all the way seldom, as in a picture.
    private static final int LUMA_RANGE = 115;
    private static final int CHROMA_RANGE = 38;

    private final RgbFrame photo = new RgbFrame();
    private final YuvFrame camera = new YuvFrame();

    /** Makes both. */
    BenchmarkFrames() {
        Random random = new Random(0);
        byte[] noise = new byte[PHOTO_SIDE * PHOTO_SIDE * 3];
        random.nextBytes(noise);
        ByteBuffer rgb = ByteBuffer.allocateDirect(noise.length);
        rgb.put(noise).rewind();
        photo.set(rgb, PHOTO_SIDE, PHOTO_SIDE, PHOTO_SIDE * 3, 3);
        ByteBuffer luma = plane(CAMERA_HEIGHT, LUMA_RANGE, random);
        ByteBuffer v = plane(CAMERA_HEIGHT / 2, CHROMA_RANGE, random);
        ByteBuffer u = v.duplicate();
        u.position(1);
        camera.set(luma, ROW_STRIDE, u, v, ROW_STRIDE, 2, CAMERA_WIDTH, CAMERA_HEIGHT);
    }

    /** Rows of noise around grey; the last one ends with the picture, as a camera's does. */
    private static ByteBuffer plane(int rows, int range, Random random) {
        ByteBuffer plane = ByteBuffer.allocateDirect(ROW_STRIDE * (rows - 1) + CAMERA_WIDTH);
        for (int i = 0; i < plane.capacity(); i++) {
            plane.put(i, (byte) (128 - range + random.nextInt(2 * range + 1)));
        }
        return plane;
    }

    /** The picture as it lies in memory. */
    Frame frame(BenchmarkRow.Input input) {
        return input == BenchmarkRow.Input.PHOTO ? photo : camera;
    }

    /** How it becomes upright. */
    static Framing framing(BenchmarkRow.Input input) {
        return input == BenchmarkRow.Input.PHOTO
                ? Framing.WHOLE
                : Framing.upright(CAMERA_ROTATION, false);
    }

    /** The camera's frame, as it stands in a report. */
    static JSONObject cameraJson() throws JSONException {
        return new JSONObject()
                .put("format", "YUV_420_888")
                .put("width", CAMERA_WIDTH)
                .put("height", CAMERA_HEIGHT)
                .put("rotation", CAMERA_ROTATION);
    }
}
