package org.dbdmobile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What opening the model {@code lite} takes before TensorFlow Lite sees it, checks included: mapped, and
 * read from a stream. The file is in the system's cache.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class ModelBenchmark {
    private static final Path MODELS = Paths.get(System.getProperty("dbd.root"), "dbd_mobile/models");

    /** Files of the checkout, as an app's assets. */
    private static class Streams implements BlurModel.Assets {
        static Path file(String path) {
            return MODELS.resolve(path.substring("org.dbdmobile/".length()));
        }

        @Override
        public InputStream open(String path) throws IOException {
            return Files.newInputStream(file(path));
        }
    }

    private static final class Mapped extends Streams implements BlurModel.MappedAssets {
        @Override
        public ByteBuffer map(String path) {
            try (FileChannel file = FileChannel.open(file(path))) {
                return file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }
    }

    /** How the model is had. */
    @Param({"mapped", "stream"})
    public String way;

    private BlurModel.Assets assets;

    /** Chooses the assets. */
    @Setup
    public void setUp() {
        assets = way.equals("mapped") ? new Mapped() : new Streams();
    }

    /** The model, checked. */
    @Benchmark
    public BlurModel open() {
        return BlurModel.bundled(assets, "lite");
    }
}
