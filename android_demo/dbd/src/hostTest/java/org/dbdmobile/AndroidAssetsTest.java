package org.dbdmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Models as parts of an archive, through a stand-in of Android's class that hands out such parts. */
public class AndroidAssetsTest {
    private static final int START = 4104;

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    /** Assets whose models are one part of an archive; of no length they are compressed. */
    static AndroidAssets assets(File archive, long start, long length) {
        return new AndroidAssets(
                new AssetManager() {
                    @Override
                    public InputStream open(String path) {
                        return new ByteArrayInputStream(Golden.asset(path));
                    }

                    @Override
                    public AssetFileDescriptor openFd(String path) throws IOException {
                        if (length == 0 || !path.endsWith(".tflite")) {
                            throw new FileNotFoundException(path + " is probably compressed");
                        }
                        return new AssetFileDescriptor(
                                new RandomAccessFile(archive, "r"), start, length);
                    }
                });
    }

    /** An archive with a model in it, where no page begins. */
    private AndroidAssets packed(byte[] model) throws IOException {
        byte[] archive = new byte[START + model.length + 100];
        System.arraycopy(model, 0, archive, START, model.length);
        File file = folder.newFile();
        Files.write(file.toPath(), archive);
        return assets(file, START, model.length);
    }

    private static byte[] lite() {
        return Golden.bytes("dbd_mobile/models/lite/model.tflite");
    }

    @Test
    public void storedModel_isMappedWhereItLies() throws Exception {
        byte[] model = lite();
        AndroidAssets assets = packed(model);
        ByteBuffer mapped = assets.map("org.dbdmobile/lite/model.tflite");
        assertTrue(mapped.isDirect());
        assertTrue(mapped.isReadOnly());
        byte[] bytes = new byte[mapped.remaining()];
        mapped.get(bytes);
        assertArrayEquals(model, bytes);
        BlurModel blur = BlurModel.bundled(assets, "lite");
        // TensorFlow Lite takes a buffer's capacity for the model's size.
        assertEquals(model.length, blur.file().content().capacity());
    }

    @Test
    public void mappedModel_givesTheMapOfTheOneThatIsRead() throws Exception {
        AndroidAssets mapped = packed(lite());
        BlurModel.Assets read = path -> new ByteArrayInputStream(Golden.asset(path));
        assertArrayEquals(map(read), map(mapped));
        assertArrayEquals(map(read), map(assets(new File("none"), 0, 0)));
    }

    private static byte[] map(BlurModel.Assets assets) {
        DetectorOptions options = DetectorOptions.defaults().withThreads(1);
        BlurModel model = BlurModel.bundled(assets, "lite");
        assertEquals(model.sha256(), BlurModel.bundled(assets, "lite").sha256());
        try (BlurDetector detector = BlurDetector.open(model, options)) {
            ByteBuffer rgb = ByteBuffer.allocateDirect(320 * 320 * 3);
            for (int i = 0; i < rgb.capacity(); i++) {
                rgb.put(i, (byte) (i * i >> 7));
            }
            BlurMap map = detector.newMap();
            detector.detectRgb(rgb, map);
            byte[] values = new byte[map.width() * map.height()];
            map.copyValues(values);
            return values;
        }
    }

    @Test
    public void mappedModel_takesNoneOfTheHeap() throws Exception {
        AndroidAssets assets = packed(lite());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        BlurModel.bundled(assets, "lite");
        long before = threads.getThreadAllocatedBytes(thread);
        BlurModel.bundled(assets, "lite");
        long allocated = threads.getThreadAllocatedBytes(thread) - before;
        // The file has 3.4 MB; its card, its graph and the buffers of streams stay below this.
        assertTrue(allocated + " bytes", allocated < 1 << 20);
    }

    @Test
    public void mappedModelOfAnotherChecksum_isRefused() throws Exception {
        byte[] damaged = lite();
        damaged[damaged.length / 2] ^= 1;
        AndroidAssets assets = packed(damaged);
        DbdException.Model error =
                assertThrows(DbdException.Model.class, () -> BlurModel.bundled(assets, "lite"));
        assertTrue(error.getMessage().contains("is not the file that was expected"));
    }

    @Test
    public void modelThatIsCompressedOrMissing_isNotMapped() {
        AndroidAssets compressed = assets(new File("none"), 0, 0);
        assertNull(compressed.map("org.dbdmobile/lite/model.tflite"));
        assertEquals("lite", BlurModel.bundled(compressed, "lite").name());
        AndroidAssets missing = assets(new File("none"), START, 10);
        assertNull(missing.map("org.dbdmobile/lite/model.tflite"));
    }

    @Test
    public void nullForTheAssets_throwsArgument() {
        assertThrows(DbdException.Argument.class, () -> new AndroidAssets(null));
    }
}
