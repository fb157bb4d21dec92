package org.dbdmobile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The checkout's files that tests read; the golden vectors are the Python tests' too. */
final class Golden {
    /** The checkout's root: given by the build, or found above the working directory. */
    static final Path ROOT = root();

    private Golden() {}

    private static Path root() {
        String given = System.getProperty("dbd.root");
        Path folder = Paths.get(given == null ? "" : given).toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("tests/golden"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new AssertionError("run the tests inside the checkout");
        }
        return folder;
    }

    static byte[] bytes(String path) {
        try {
            return Files.readAllBytes(ROOT.resolve(path));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    static byte[] golden(String name) {
        return bytes("tests/golden/" + name);
    }

    static ByteBuffer direct(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
        buffer.put(bytes).rewind();
        return buffer;
    }

    /** Rows of a tab-separated table, by the names in its first line. */
    static List<Map<String, String>> table(String name) {
        String[] lines = new String(golden(name), StandardCharsets.UTF_8).split("\n");
        String[] names = lines[0].split("\t");
        List<Map<String, String>> rows = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            String[] values = lines[i].split("\t");
            Map<String, String> row = new HashMap<>();
            for (int k = 0; k < names.length; k++) {
                row.put(names[k], values[k]);
            }
            rows.add(row);
        }
        return rows;
    }

    static int number(Map<String, String> row, String name) {
        return Integer.parseInt(row.get(name));
    }

    /** A frame of squash.tsv over its file's bytes. */
    static Frame frame(Map<String, String> row) {
        ByteBuffer memory = direct(golden(row.get("frame")));
        int width = number(row, "width");
        int height = number(row, "height");
        int rowStride = number(row, "row_stride");
        if (!row.get("kind").equals("yuv")) {
            int pixelStride = row.get("kind").length();
            return new RgbFrame().set(memory, width, height, rowStride, pixelStride);
        }
        ByteBuffer u = memory.duplicate();
        u.position(number(row, "u_at"));
        ByteBuffer v = memory.duplicate();
        v.position(number(row, "v_at"));
        return new YuvFrame()
                .set(
                        memory,
                        rowStride,
                        u,
                        v,
                        number(row, "chroma_row_stride"),
                        number(row, "chroma_pixel_stride"),
                        width,
                        height);
    }

    static Framing framing(Map<String, String> row) {
        Framing framing =
                Framing.upright(number(row, "rotation"), row.get("mirrored").equals("1"));
        String[] crop = row.get("crop").split(",");
        return crop.length == 1
                ? framing
                : framing.crop(
                        Integer.parseInt(crop[0]),
                        Integer.parseInt(crop[1]),
                        Integer.parseInt(crop[2]),
                        Integer.parseInt(crop[3]));
    }

    /** A bundled model's file, by its path among an app's assets. */
    static byte[] asset(String path) {
        return bytes(path.replaceFirst("^org\\.dbdmobile/", "dbd_mobile/models/"));
    }

    /** A row of maps.tsv as a map of its photo. */
    static BlurMap map(Map<String, String> row, boolean isOfPhoto) {
        int width = number(row, "width");
        int height = number(row, "height");
        String name = row.get("name");
        ModelFacts facts =
                new ModelFacts(
                        width,
                        height,
                        width,
                        height,
                        Float.parseFloat(row.get("scale")),
                        number(row, "zero_point"));
        BlurMap map = new BlurMap(facts);
        map.fill(
                direct(golden(name + "_map.bin")),
                golden(name + "_photo.bin"),
                isOfPhoto ? number(row, "photo_width") : width,
                isOfPhoto ? number(row, "photo_height") : height);
        return map;
    }

    /** A map of a made-up model with scale 1/256, values row by row, of a photo of its own size. */
    static BlurMap mapOf(int width, int height, int... values) {
        ModelFacts facts = new ModelFacts(width, height, width, height, 1 / 256f, 0);
        ByteBuffer raw = ByteBuffer.allocate(values.length);
        for (int value : values) {
            raw.put((byte) value);
        }
        raw.rewind();
        BlurMap map = new BlurMap(facts);
        map.fill(raw, new byte[width * height * 3], width, height);
        return map;
    }
}
