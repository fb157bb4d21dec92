package org.dbdmobile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@link TileMeter} by a model that measures blur. */
final class DetailMeter implements TileMeter {
    private final int tileColumns;
    private final int tileRows;
    private final Engine engine;
    private final TileReader reader;
    private final ByteBuffer input;
    private final ByteBuffer output;

    /** Takes the engine over. */
    DetailMeter(DetailModel model, Engine engine) {
        this.engine = engine;
        tileColumns = model.tileWidth() / JudgeConstants.CELL;
        tileRows = model.tileHeight() / JudgeConstants.CELL;
        reader = new TileReader(model.tileWidth(), model.tileHeight());
        input =
                ByteBuffer.allocateDirect(model.tileWidth() * model.tileHeight() * 3)
                        .order(ByteOrder.nativeOrder());
        output =
                ByteBuffer.allocateDirect(tileColumns * tileRows * 3)
                        .order(ByteOrder.nativeOrder());
    }

    @Override
    public void set(Frame frame, Framing framing, int left, int top, int width, int height) {
        reader.set(frame, framing, left, top, width, height);
    }

    @Override
    public void letGo() {
        reader.letGo();
    }

    @Override
    public int tileColumns() {
        return tileColumns;
    }

    @Override
    public int tileRows() {
        return tileRows;
    }

    @Override
    public void read(
            int level, int left, int top, int right, int bottom, byte[] codes, int columns) {
        byte[] tile = reader.read(level, left, top, right, bottom);
        input.rewind();
        input.put(tile, 0, tile.length);
        engine.run(input, output);
        for (int row = top; row < bottom; row++) {
            output.position((row - top) * tileColumns * 3);
            output.get(codes, (row * columns + left) * 3, (right - left) * 3);
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}
