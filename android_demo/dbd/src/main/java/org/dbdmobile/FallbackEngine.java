package org.dbdmobile;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An accelerator, and the CPU in its place where it is refused, where it fails on its first photo and
 * where it ended the app when it was tried before.
 */
final class FallbackEngine implements Engine {
    /** Opens one of the two. */
    interface Opener {
        Engine open();
    }

    private final Opener onCpu;
    private final AcceleratorTrial trial;
    private @Nullable Engine engine;
    private boolean isOnTrial;
    private @Nullable String reason;

    FallbackEngine(Opener accelerated, Opener onCpu, AcceleratorTrial trial) {
        this.onCpu = onCpu;
        this.trial = trial;
        reason = trial.begin();
        if (reason == null) {
            try {
                engine = accelerated.open();
                isOnTrial = true;
            } catch (DbdException error) {
                reason = error.getMessage();
            } finally {
                if (engine == null) {
                    trial.end();
                }
            }
        }
        if (engine == null) {
            engine = onCpu.open();
        }
    }

    static FallbackEngine open(final ModelFile model, final DetectorOptions options) {
        return new FallbackEngine(
                new Opener() {
                    @Override
                    public Engine open() {
                        return TfliteEngine.open(model, options);
                    }
                },
                new Opener() {
                    @Override
                    public Engine open() {
                        return TfliteEngine.open(model, options.withAccelerator(null));
                    }
                },
                new AcceleratorTrial(options.cpuFallback()));
    }

    @Override
    public void run(ByteBuffer input, ByteBuffer output) {
        if (isOnTrial) {
            try {
                engine.run(input, output);
                isOnTrial = false;
                trial.end();
                return;
            } catch (DbdException.Backend error) {
                reason = error.getMessage();
                close();
            }
        }
        if (engine == null) {
            engine = onCpu.open();
        }
        engine.run(input, output);
    }

    @Override
    public @Nullable String fallbackReason() {
        return reason;
    }

    /** Closing is part of the trial: a driver may fail there too. */
    @Override
    public void close() {
        Engine open = engine;
        engine = null;
        isOnTrial = false;
        try {
            if (open != null) {
                open.close();
            }
        } finally {
            trial.end();
        }
    }
}
