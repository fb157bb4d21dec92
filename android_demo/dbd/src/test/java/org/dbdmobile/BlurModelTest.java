package org.dbdmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.Test;

public class BlurModelTest {
    private static final String TINY = "tests/runtime/data/tiny_int8.tflite";

    /** The models' folder of the Python package, packed as the library's assets. */
    private static final BlurModel.Assets BUNDLED =
            path -> new ByteArrayInputStream(Golden.asset(path));

    @Test
    public void bundled_modelOfTheCheckout_isTheOneOfItsCard() {
        BlurModel model = BlurModel.bundled(BUNDLED, "lite");
        String card =
                new String(
                        Golden.bytes("dbd_mobile/models/lite/card.json"), StandardCharsets.UTF_8);
        assertTrue(card.contains("\"sha256\": \"" + model.sha256() + "\""));
        assertEquals("lite", model.name());
        assertEquals(320, model.facts().inputWidth());
        assertEquals(320, model.facts().inputHeight());
        assertEquals(1 / 255f, model.facts().outputScale(), 1e-9);
        assertEquals(0, model.facts().outputZeroPoint());
    }

    @Test
    public void read_modelOfOtherSize_readsItsFacts() {
        ModelFacts facts = read(Golden.bytes(TINY)).facts();
        assertEquals(48, facts.inputWidth());
        assertEquals(32, facts.inputHeight());
        assertEquals(24, facts.outputWidth());
        assertEquals(16, facts.outputHeight());
    }

    @Test
    public void bundled_missingAsset_throwsModel() {
        BlurModel.Assets none =
                path -> {
                    throw new FileNotFoundException(path);
                };
        DbdException.Model error =
                assertThrows(DbdException.Model.class, () -> BlurModel.bundled(none, "lite"));
        assertTrue(error.getMessage().startsWith("The app has no asset org.dbdmobile/lite/card.json"));
    }

    @Test
    public void bundled_otherFileThanTheCards_throwsModel() {
        Map<String, byte[]> files = new HashMap<>();
        files.put("org.dbdmobile/lite/card.json", Golden.bytes("dbd_mobile/models/lite/card.json"));
        files.put("org.dbdmobile/lite/model.tflite", Golden.bytes(TINY));
        BlurModel.Assets assets = path -> new ByteArrayInputStream(files.get(path));
        DbdException.Model error =
                assertThrows(DbdException.Model.class, () -> BlurModel.bundled(assets, "lite"));
        assertTrue(error.getMessage().contains("is not the file that was expected"));
    }

    @Test
    public void bundled_damagedCard_throwsModel() {
        String good =
                new String(
                        Golden.bytes("dbd_mobile/models/lite/card.json"), StandardCharsets.UTF_8);
        String ofNoKind = good.replace("\"kind\"", "\"kin\"");
        String ofAnother = good.replace("\"blur-map\"", "\"hat\"");
        String cut = "{\"id\": \"lite\", \"kind\": \"blur-map\", \"sha256\": \"12\"}";
        for (String card : new String[] {"", "{", "[]", cut, ofNoKind, ofAnother}) {
            BlurModel.Assets assets =
                    path -> new ByteArrayInputStream(card.getBytes(StandardCharsets.UTF_8));
            assertThrows(DbdException.Model.class, () -> BlurModel.bundled(assets, "lite"));
        }
    }

    /** Plain assets, but for models on the heap. */
    private static final class OnHeap implements BlurModel.MappedAssets {
        @Override
        public InputStream open(String path) throws IOException {
            return BUNDLED.open(path);
        }

        @Override
        public ByteBuffer map(String path) {
            return ByteBuffer.wrap(Golden.asset(path));
        }
    }

    @Test
    public void bundled_mappedOntoTheHeap_throwsArgument() {
        assertThrows(
                DbdException.Argument.class, () -> BlurModel.bundled(new OnHeap(), "lite"));
    }

    @Test
    public void read_streamThatTellsNoSize_isReadWhole() {
        byte[] model = Golden.bytes("dbd_mobile/models/lite/model.tflite");
        InputStream untold =
                new ByteArrayInputStream(model) {
                    @Override
                    public synchronized int available() {
                        return 0;
                    }
                };
        BlurModel read = BlurModel.read(untold, "lite", null);
        assertEquals(BlurModel.bundled(BUNDLED, "lite").sha256(), read.sha256());
        assertEquals(model.length, read.file().content().capacity());
    }

    @Test
    public void card_keysOfInnerObjects_areNotTaken() {
        String card = "{\"a\": {\"sha256\": \"in\\\"ner\"}, \"b\": [\"sha256\"], \"sha256\": \"own\"}";
        assertEquals("own", ModelCard.value(card, "sha256"));
        assertNull(ModelCard.value(card, "id"));
    }

    @Test
    public void read_streamThatFails_throwsModel() {
        InputStream broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("disk gone");
                    }
                };
        DbdException.Model error =
                assertThrows(
                        DbdException.Model.class, () -> BlurModel.read(broken, "mine", null));
        assertEquals("The model mine cannot be read: disk gone.", error.getMessage());
    }

    @Test
    public void read_truncatedFile_throwsModel() {
        byte[] whole = Golden.bytes(TINY);
        for (int kept = 0; kept < whole.length; kept += 37) {
            byte[] part = Arrays.copyOf(whole, kept);
            DbdException.Model error =
                    assertThrows(DbdException.Model.class, () -> read(part));
            assertTrue(error.getMessage().contains("no intact TFLite file"));
        }
    }

    @Test
    public void read_noiseInTheFile_neverThrowsAnythingElse() {
        byte[] whole = Golden.bytes(TINY);
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.clone();
            for (int k = random.nextInt(40); k >= 0; k--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                read(damaged);
            } catch (DbdException.Model expected) {
                refused++;
            }
        }
        assertTrue(refused > 1000);
    }

    @Test(timeout = 20_000)
    public void read_listsOfTheSameLists_throwsModelSoon() {
        // 30,000 signatures that are one and the same, with 30,000 inputs that are one and the same.
        int count = 30_000;
        int root = 80;
        int signatures = root + 20;
        int graphs = signatures + 4 + 4 * count;
        int graph = graphs + 8;
        int signature = graph + 8;
        int inputs = signature + 8;
        // A list of one, for the tensors and the buffers; a table without fields, for each of them.
        int one = inputs + 4 + 4 * count;
        int empty = one + 8;
        ByteBuffer file = ByteBuffer.allocate(empty + 4).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0, root).putInt(4, 0x334C4654);
        // Field indexes: of the root (version, graphs, buffers, signatures) at 8, of a table with
        // its first field at 40, of a table without any at 48.
        putShorts(file, 8, 20, 20, 4, 0, 8, 0, 12, 0, 0, 16);
        putShorts(file, 40, 6, 8, 4);
        putShorts(file, 48, 4, 4);
        file.putInt(root, root - 8).putInt(root + 4, 3);
        file.putInt(root + 8, graphs - root - 8).putInt(root + 12, one - root - 12);
        file.putInt(root + 16, signatures - root - 16);
        file.putInt(graphs, 1).putInt(graphs + 4, graph - graphs - 4);
        file.putInt(graph, graph - 40).putInt(graph + 4, one - graph - 4);
        file.putInt(signature, signature - 40).putInt(signature + 4, inputs - signature - 4);
        file.putInt(one, 1).putInt(one + 4, empty - one - 4).putInt(empty, empty - 48);
        file.putInt(signatures, count).putInt(inputs, count);
        for (int i = 1; i <= count; i++) {
            file.putInt(signatures + 4 * i, signature - signatures - 4 * i);
            file.putInt(inputs + 4 * i, empty - inputs - 4 * i);
        }
        DbdException.Model error =
                assertThrows(DbdException.Model.class, () -> read(file.array()));
        assertTrue(error.getMessage(), error.getMessage().contains("more than 1000000 parts"));
    }

    @Test
    public void read_modelOfAnotherKind_throwsModel() {
        for (String name : new String[] {"tiny_float32", "logits_float32", "two_inputs"}) {
            byte[] content = Golden.bytes("tests/runtime/data/" + name + ".tflite");
            DbdException.Model error =
                    assertThrows(DbdException.Model.class, () -> read(content));
            assertTrue(error.getMessage(), error.getMessage().contains("does not take a photo"));
        }
    }

    @Test
    public void read_checksumOfAnotherFile_throwsModel() {
        String other = new String(new char[64]).replace('\0', 'a');
        InputStream stream = new ByteArrayInputStream(Golden.bytes(TINY));
        assertThrows(DbdException.Model.class, () -> BlurModel.read(stream, "tiny", other));
    }

    @Test
    public void read_checksumThatIsNone_throwsArgument() {
        InputStream stream = new ByteArrayInputStream(Golden.bytes(TINY));
        assertThrows(DbdException.Argument.class, () -> BlurModel.read(stream, "tiny", "ABC"));
    }

    private static void putShorts(ByteBuffer file, int at, int... values) {
        for (int i = 0; i < values.length; i++) {
            file.putShort(at + 2 * i, (short) values[i]);
        }
    }

    private static BlurModel read(byte[] content) {
        return BlurModel.read(new ByteArrayInputStream(content), "tiny", null);
    }
}
