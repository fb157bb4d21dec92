package org.dbdmobile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.dbdmobile.FlatBufferTable.DamagedException;

/**
 * A model file that was checked: its checksum where one is known, its structure, and that it takes a
 * photo and gives a blur map. No native code sees a file that failed. Immutable; one model may serve
 * several detectors and threads.
 */
public final class BlurModel {
    /** Opens the app's assets by path; {@code context.getAssets()::open} is one. */
    public interface Assets {
        /**
         * Opens one asset.
         *
         * @param path its path, with slashes
         * @return its bytes; closed by who asked
         * @throws IOException there is no such asset, or it cannot be read
         */
        InputStream open(String path) throws IOException;
    }

    // The network's normalisation, (x - 127) / 128, as quantisation of a uint8 input.
    private static final float INPUT_SCALE = 1 / 128f;
    private static final int INPUT_ZERO_POINT = 127;
    // No frame is larger; the whole tensor was found to be far smaller than an int's end.
    private static final int MAX_SIDE = 1 << 15;
    private static final int MAX_PIXELS = 1 << 26;
    // A probability may leave 0..1 by this much through the rounding of a quantised model.
    private static final double RANGE_TOLERANCE = 0.01;
    // What a sigmoid gives in int8, and how it is read.
    private static final float SIGMOID_SCALE = 1 / 256f;
    private static final float PROBABILITY_SCALE = 1 / 255f;
    private static final int MAX_FILE_BYTES = 64 << 20;
    private static final Pattern CHECKSUM = Pattern.compile("[0-9a-f]{64}");

    private final String name;
    private final String sha256;
    private final ModelFacts facts;
    private final ByteBuffer content;

    private BlurModel(String name, String sha256, ModelFacts facts, ByteBuffer content) {
        this.name = name;
        this.sha256 = sha256;
        this.facts = facts;
        this.content = content;
    }

    /**
     * Reads a model that comes with this library, and checks it against its card.
     *
     * @param assets the app's assets: {@code context.getAssets()::open}
     * @param id the model's id, e.g. {@code "lite"}
     * @return the model
     * @throws DbdException.Model there is no such model, or it is not the one that its card describes
     */
    public static BlurModel bundled(Assets assets, String id) {
        String card = new String(readAll(assets, id + "/card.json"), StandardCharsets.UTF_8);
        String checksum = ModelCard.value(card, "sha256");
        if (!id.equals(ModelCard.value(card, "id"))
                || checksum == null
                || !CHECKSUM.matcher(checksum).matches()) {
            throw new DbdException.Model(
                    "The card of the bundled model " + id + " is damaged: build the app again.");
        }
        return of(direct(readAll(assets, id + "/model.tflite")), id, checksum);
    }

    /**
     * Reads a model of the app's own.
     *
     * @param stream the file's bytes; read to the end, and not closed
     * @param name what to call the model in messages
     * @param sha256 the file's SHA-256, 64 hexadecimal digits; null where it is not known
     * @return the model
     * @throws DbdException.Model the file cannot be read, is another one, is damaged, or does not
     *     take one [1, height, width, 3] uint8 photo and give one [1, height, width, 1] uint8 map
     * @throws DbdException.Argument {@code sha256} is no checksum
     */
    public static BlurModel read(InputStream stream, String name, String sha256) {
        try {
            return of(direct(readAll(stream, name)), name, sha256);
        } catch (IOException error) {
            throw new DbdException.Model(
                    "The model " + name + " cannot be read: " + error.getMessage() + ".", error);
        }
    }

    private static BlurModel of(ByteBuffer content, String name, String expected) {
        if (expected != null && !CHECKSUM.matcher(expected).matches()) {
            throw new DbdException.Argument(
                    "A SHA-256 has 64 digits from 0-9 and a-f, got '" + expected + "'.");
        }
        String sha256 = sha256(content.duplicate());
        if (expected != null && !expected.equals(sha256)) {
            throw new DbdException.Model(
                    "The model " + name + " is not the file that was expected: its SHA-256 is "
                            + sha256 + ".");
        }
        ModelFacts facts;
        try {
            facts = facts(TfliteGraph.read(content), name);
        } catch (DamagedException error) {
            throw new DbdException.Model(
                    "The model " + name + " is no intact TFLite file: " + error.getMessage() + ".");
        }
        return new BlurModel(name, sha256, facts, content);
    }

    /**
     * The model's name.
     *
     * @return the bundled model's id, or the name that was given
     */
    public String name() {
        return name;
    }

    /**
     * The file's SHA-256.
     *
     * @return 64 hexadecimal digits
     */
    public String sha256() {
        return sha256;
    }

    /**
     * What goes into the model and comes out of it.
     *
     * @return the facts, read from the file
     */
    public ModelFacts facts() {
        return facts;
    }

    /** The file, direct and in native order, for an interpreter that only reads it. */
    ByteBuffer content() {
        ByteBuffer view = content.duplicate();
        view.order(ByteOrder.nativeOrder());
        return view;
    }

    @Override
    public String toString() {
        return "BlurModel(" + name + ", " + facts + ")";
    }

    private static ModelFacts facts(TfliteGraph graph, String name) {
        String photo =
                "The model " + name + " does not take a photo: expected one input [1, height,"
                        + " width, 3] of uint8 with scale 1/128 and zero point 127, got ";
        if (graph.inputs.size() != 1) {
            throw new DbdException.Model(photo + graph.inputs.size() + " inputs.");
        }
        TfliteGraph.Tensor input = graph.inputs.get(0);
        boolean isPhoto =
                input.shape.length == 4
                        && input.shape[0] == 1
                        && input.shape[3] == 3
                        && hasSides(input.shape)
                        && input.type == TfliteGraph.UINT8
                        && Math.abs(input.scale - INPUT_SCALE) <= 1e-6 * INPUT_SCALE
                        && input.zeroPoint == INPUT_ZERO_POINT;
        if (!isPhoto) {
            throw new DbdException.Model(photo + input + ".");
        }
        String map =
                "The model " + name + " does not give a blur map: expected one output [1, height,"
                        + " width, 1] of uint8 probabilities, got ";
        if (graph.outputs.size() != 1) {
            throw new DbdException.Model(map + graph.outputs.size() + " outputs.");
        }
        TfliteGraph.Tensor output = graph.outputs.get(0);
        boolean hasMap =
                (output.shape.length == 3 || (output.shape.length == 4 && output.shape[3] == 1))
                        && output.shape[0] == 1
                        && hasSides(output.shape)
                        && output.type == TfliteGraph.UINT8
                        && output.isQuantized
                        && -output.zeroPoint * (double) output.scale >= -RANGE_TOLERANCE
                        && (255 - output.zeroPoint) * (double) output.scale
                                <= 1 + RANGE_TOLERANCE;
        if (!hasMap) {
            throw new DbdException.Model(map + output + ".");
        }
        return new ModelFacts(
                input.shape[2],
                input.shape[1],
                output.shape[2],
                output.shape[1],
                readScale(output.scale, output.zeroPoint),
                output.zeroPoint);
    }

    /**
     * How the steps of a map are read. TFLite fixes those of an int8 sigmoid at 1/256; the last one,
     * 255/256, stands for all that is above it, nearly all of which is close to 1. Its 256 steps are
     * read as those from 0 to 1 inclusive, as the Python runtime does.
     */
    static float readScale(float stored, int zeroPoint) {
        boolean isSigmoid =
                zeroPoint == 0 && Math.abs(stored - SIGMOID_SCALE) <= 1e-6 * SIGMOID_SCALE;
        return isSigmoid ? PROBABILITY_SCALE : stored;
    }

    private static boolean hasSides(int[] shape) {
        return shape[1] >= 1
                && shape[1] <= MAX_SIDE
                && shape[2] >= 1
                && shape[2] <= MAX_SIDE
                && shape[1] * shape[2] <= MAX_PIXELS;
    }

    private static byte[] readAll(Assets assets, String path) {
        try (InputStream stream = assets.open(path)) {
            return readAll(stream, path);
        } catch (IOException error) {
            throw new DbdException.Model(
                    "The app has no asset " + path + ": check the model's id and that the library's"
                            + " assets are packed.",
                    error);
        }
    }

    private static byte[] readAll(InputStream stream, String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 22);
        byte[] part = new byte[1 << 16];
        for (int count = stream.read(part); count >= 0; count = stream.read(part)) {
            bytes.write(part, 0, count);
            if (bytes.size() > MAX_FILE_BYTES) {
                throw new DbdException.Model(
                        "The model " + name + " has more than " + MAX_FILE_BYTES + " bytes.");
            }
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer direct(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
        buffer.order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(bytes);
        buffer.rewind();
        return buffer;
    }

    private static String sha256(ByteBuffer content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(content);
            StringBuilder hex = new StringBuilder(64);
            for (byte part : digest.digest()) {
                hex.append(String.format(Locale.ROOT, "%02x", part));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException error) {
            // Every Java and Android has it.
            throw new AssertionError(error);
        }
    }
}
