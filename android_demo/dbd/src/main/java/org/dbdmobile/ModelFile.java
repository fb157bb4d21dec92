package org.dbdmobile;

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
import org.jspecify.annotations.Nullable;

/**
 * A TFLite file that takes a photo: its checksum, where one is known, its structure and its input were
 * checked. What it gives is left to {@link BlurModel} and {@link DetailModel}. Immutable.
 */
final class ModelFile {
    /** Where models lie among an app's assets: no other library's files do. */
    private static final String FOLDER = "org.dbdmobile/";

    /** A kind of model, as cards name it. */
    static final String BLUR_MAP = "blur-map";

    /** The other one. */
    static final String DETAIL = "detail";

    // The network's normalisation, (x - 127) / 128, as quantisation of a uint8 input.
    private static final float INPUT_SCALE = 1 / 128f;
    private static final int INPUT_ZERO_POINT = 127;
    // What a sigmoid gives in int8.
    private static final float SIGMOID_SCALE = 1 / 256f;
    // No frame is larger; the whole tensor was found to be far smaller than an int's end.
    private static final int MAX_SIDE = 1 << 15;
    private static final int MAX_PIXELS = 1 << 26;
    private static final int MAX_FILE_BYTES = 64 << 20;
    private static final int PART_BYTES = 1 << 16;
    private static final Pattern CHECKSUM = Pattern.compile("[0-9a-f]{64}");

    final String name;
    final String sha256;
    final TfliteGraph.Tensor input;
    /** The only one. */
    final TfliteGraph.Tensor output;

    private final ByteBuffer content;

    private ModelFile(String name, String sha256, TfliteGraph graph, ByteBuffer content) {
        this.name = name;
        this.sha256 = sha256;
        this.input = graph.inputs.get(0);
        this.output = graph.outputs.get(0);
        this.content = content;
    }

    /** Opens a model that comes with this library, and checks it against its card. */
    static ModelFile bundled(BlurModel.Assets assets, String id, String kind, String expected) {
        String card = card(assets, id);
        String own = ModelCard.value(card, "kind");
        if (!kind.equals(own)) {
            throw new DbdException.Model(
                    "The model " + id + " " + purpose(own) + ": here one is needed that "
                            + purpose(kind) + ".");
        }
        String checksum = ModelCard.value(card, "sha256");
        return of(content(assets, FOLDER + id + "/model.tflite"), id, checksum, expected);
    }

    private static String purpose(@Nullable String kind) {
        return DETAIL.equals(kind)
                ? "measures the blur of tiles in pixels"
                : "gives a blur map of a whole photo";
    }

    /** The kind of a model that comes with this library. */
    static @Nullable String kind(BlurModel.Assets assets, String id) {
        return ModelCard.value(card(assets, id), "kind");
    }

    private static String card(BlurModel.Assets assets, String id) {
        Given.check(assets, "The app's assets");
        Given.check(id, "A model's id");
        ByteBuffer text = read(assets, FOLDER + id + "/card.json");
        String card = StandardCharsets.UTF_8.decode(text).toString();
        String checksum = ModelCard.value(card, "sha256");
        String kind = ModelCard.value(card, "kind");
        if (!id.equals(ModelCard.value(card, "id"))
                || checksum == null
                || !CHECKSUM.matcher(checksum).matches()
                || !(BLUR_MAP.equals(kind) || DETAIL.equals(kind))) {
            throw new DbdException.Model(
                    "The card of the bundled model " + id + " is damaged: build the app again.");
        }
        return card;
    }

    /** Reads a model of the app's own; the checksum is null where none is known. */
    static ModelFile read(
            InputStream stream, String name, @Nullable String sha256, String expected) {
        Given.check(stream, "A stream of the model's file");
        Given.check(name, "A name of the model");
        try {
            return of(read(stream, name), name, sha256, expected);
        } catch (IOException error) {
            throw new DbdException.Model(
                    "The model " + name + " cannot be read: " + error.getMessage() + ".", error);
        }
    }

    private static ModelFile of(
            ByteBuffer content, String name, @Nullable String checksum, String expected) {
        if (checksum != null && !CHECKSUM.matcher(checksum).matches()) {
            throw new DbdException.Argument(
                    "A SHA-256 has 64 digits from 0-9 and a-f, got '" + checksum + "'.");
        }
        String sha256 = sha256(content.duplicate());
        if (checksum != null && !checksum.equals(sha256)) {
            throw new DbdException.Model(
                    "The model " + name + " is not the file that was expected: its SHA-256 is "
                            + sha256 + ".");
        }
        TfliteGraph graph;
        try {
            graph = TfliteGraph.read(content.order(ByteOrder.LITTLE_ENDIAN));
        } catch (DamagedException error) {
            throw new DbdException.Model(
                    "The model " + name + " is no intact TFLite file: " + error.getMessage() + ".");
        }
        String photo =
                "The model " + name + " does not take a photo: expected one input [1, height,"
                        + " width, 3] of uint8 with scale 1/128 and zero point 127, got ";
        if (graph.inputs.size() != 1) {
            throw new DbdException.Model(photo + graph.inputs.size() + " inputs.");
        }
        if (!isPhoto(graph.inputs.get(0))) {
            throw new DbdException.Model(photo + graph.inputs.get(0) + ".");
        }
        if (graph.outputs.size() != 1) {
            throw new DbdException.Model(
                    "The model " + name + " " + expected + ", got " + graph.outputs.size()
                            + " outputs.");
        }
        return new ModelFile(name, sha256, graph, content);
    }

    private static boolean isPhoto(TfliteGraph.Tensor input) {
        return input.shape.length == 4
                && input.shape[0] == 1
                && input.shape[3] == 3
                && hasSides(input.shape)
                && input.type == TfliteGraph.UINT8
                && Math.abs(input.scale - INPUT_SCALE) <= 1e-6 * INPUT_SCALE
                && input.zeroPoint == INPUT_ZERO_POINT;
    }

    /** Whether a tensor's second and third side are those of a picture that is looked at. */
    static boolean hasSides(int[] shape) {
        return shape[1] >= 1
                && shape[1] <= MAX_SIDE
                && shape[2] >= 1
                && shape[2] <= MAX_SIDE
                && shape[1] * shape[2] <= MAX_PIXELS;
    }

    /** Whether that is the quantisation that TFLite fixes for a sigmoid. */
    static boolean isSigmoid(float scale, int zeroPoint) {
        return zeroPoint == 0 && Math.abs(scale - SIGMOID_SCALE) <= 1e-6 * SIGMOID_SCALE;
    }

    /** The refusal of what it gives. */
    DbdException.Model refused(String expected) {
        return new DbdException.Model("The model " + name + " " + expected + ", got " + output + ".");
    }

    /** The file, direct and in native order, for an interpreter that only reads it. */
    ByteBuffer content() {
        ByteBuffer view = content.duplicate();
        view.order(ByteOrder.nativeOrder());
        return view;
    }

    /** An asset's bytes where they lie; read where they cannot be mapped. */
    private static ByteBuffer content(BlurModel.Assets assets, String path) {
        ByteBuffer mapped =
                assets instanceof BlurModel.MappedAssets
                        ? ((BlurModel.MappedAssets) assets).map(path)
                        : null;
        if (mapped == null) {
            return read(assets, path);
        }
        if (!mapped.isDirect()) {
            throw new DbdException.Argument(
                    "A mapped asset is a direct buffer, got one on the heap for " + path + ".");
        }
        if (mapped.remaining() > MAX_FILE_BYTES) {
            throw tooLarge(path);
        }
        return mapped.slice();
    }

    private static ByteBuffer read(BlurModel.Assets assets, String path) {
        try (InputStream stream = assets.open(path)) {
            return read(stream, path);
        } catch (IOException error) {
            throw new DbdException.Model(
                    "The app has no asset " + path + ": check the model's id, and that the model's"
                            + " dependency is there.",
                    error);
        }
    }

    /** A stream's bytes in direct memory; most streams know how many they have. */
    private static ByteBuffer read(InputStream stream, String name) throws IOException {
        int expected = Math.min(Math.max(stream.available(), PART_BYTES), MAX_FILE_BYTES);
        ByteBuffer bytes = ByteBuffer.allocateDirect(expected);
        byte[] part = new byte[PART_BYTES];
        for (int count = stream.read(part); count >= 0; count = stream.read(part)) {
            if (bytes.position() + count > MAX_FILE_BYTES) {
                throw tooLarge(name);
            }
            if (bytes.remaining() < count) {
                bytes.flip();
                bytes = ByteBuffer.allocateDirect(2 * bytes.capacity()).put(bytes);
            }
            bytes.put(part, 0, count);
        }
        bytes.flip();
        // TensorFlow Lite takes all that a buffer has room for, not what is in it.
        return bytes.slice();
    }

    private static DbdException.Model tooLarge(String name) {
        return new DbdException.Model(
                "The model " + name + " has more than " + MAX_FILE_BYTES + " bytes.");
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
