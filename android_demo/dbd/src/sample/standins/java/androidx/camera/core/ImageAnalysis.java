package androidx.camera.core;

import java.util.concurrent.Executor;

/** Stands in for CameraX's class: what the guide asks of it. */
public final class ImageAnalysis extends UseCase {
    public static final int STRATEGY_KEEP_ONLY_LATEST = 0;
    public static final int OUTPUT_IMAGE_FORMAT_YUV_420_888 = 1;
    public static final int OUTPUT_IMAGE_FORMAT_RGBA_8888 = 2;

    /** Is given frames. */
    public interface Analyzer {
        void analyze(ImageProxy image);
    }

    /** Makes one. */
    public static final class Builder {
        public Builder setBackpressureStrategy(int strategy) {
            return this;
        }

        public Builder setOutputImageFormat(int outputImageFormat) {
            return this;
        }

        public ImageAnalysis build() {
            return new ImageAnalysis();
        }
    }

    public void setAnalyzer(Executor executor, Analyzer analyzer) {}

    public void clearAnalyzer() {}
}
