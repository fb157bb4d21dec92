package org.dbdmobile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One table of an untrusted FlatBuffer, every offset checked before it is followed; the same checks
 * as the Python runtime's flatbuffer.py.
 */
final class FlatBufferTable {
    /** The bytes are not a well-formed FlatBuffer; the message says what is wrong. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1;

        DamagedException(String message) {
            super(message);
        }
    }

    /** A vector of numbers that lies in the file. */
    static final class Vector {
        static final Vector EMPTY = new Vector(0, 0);

        final int start;
        final int length;

        private Vector(int start, int length) {
            this.start = start;
            this.length = length;
        }
    }

    // Many tables may point to the same part of a file, so its size alone bounds nothing.
    private static final int MAX_WORK = 1_000_000;
    private static final int MAX_FIELDS = 64;

    private final ByteBuffer data;
    /** What was read so far of the whole file: tables and elements of vectors; one number. */
    private final int[] work;
    private final int position;
    private final int end;
    private final int[] fields;

    /** Opens the table at a position, in bytes from the start of the little-endian file. */
    private FlatBufferTable(ByteBuffer data, int[] work, long position) throws DamagedException {
        this.data = data;
        this.work = work;
        count(1);
        this.position = (int) checked(data, position, 4, 4);
        long vtable = position - data.getInt(this.position);
        int vtableSize = unsignedShort(data, vtable);
        int tableSize = unsignedShort(data, vtable + 2);
        int count = vtableSize / 2 - 2;
        if (count < 0 || count > MAX_FIELDS || vtableSize % 2 != 0 || tableSize < 4) {
            throw new DamagedException(
                    "a field index of " + vtableSize + " bytes for " + tableSize);
        }
        checked(data, vtable, vtableSize, 1);
        checked(data, position, tableSize, 1);
        end = this.position + tableSize;
        fields = new int[count];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = unsignedShort(data, vtable + 4 + 2L * i);
            // A field may not lie over the table's first four bytes, nor end after the table.
            if ((fields[i] > 0 && fields[i] < 4) || fields[i] >= tableSize) {
                throw new DamagedException("a field outside its table");
            }
        }
    }

    /** Opens the root table of a file that starts as its kind does. */
    static FlatBufferTable root(ByteBuffer data, String identifier) throws DamagedException {
        byte[] expected = identifier.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < expected.length; i++) {
            if (data.limit() < 8 || data.get(4 + i) != expected[i]) {
                throw new DamagedException("it does not start as a " + identifier + " file does");
            }
        }
        return new FlatBufferTable(data, new int[1], data.getInt(0) & 0xFFFFFFFFL);
    }

    boolean has(int index) {
        return index < fields.length && fields[index] != 0;
    }

    int int8(int index) throws DamagedException {
        return has(index) ? data.get(scalar(index, 1)) : 0;
    }

    int int32(int index, int otherwise) throws DamagedException {
        return has(index) ? data.getInt(scalar(index, 4)) : otherwise;
    }

    int int32(int index) throws DamagedException {
        return int32(index, 0);
    }

    long uint32(int index) throws DamagedException {
        return int32(index) & 0xFFFFFFFFL;
    }

    /** The table that a field points to; null where absent. */
    @Nullable FlatBufferTable table(int index) throws DamagedException {
        return has(index) ? new FlatBufferTable(data, work, target(index)) : null;
    }

    /** All tables of the vector that a field points to, at most {@code most}. */
    List<FlatBufferTable> tables(int index, int most) throws DamagedException {
        Vector offsets = vector(index, 4);
        if (offsets.length > most) {
            throw new DamagedException("it has a list of more than " + most + " parts");
        }
        List<FlatBufferTable> tables = new ArrayList<>(offsets.length);
        for (int i = 0; i < offsets.length; i++) {
            long at = offsets.start + 4L * i;
            long target = at + (data.getInt((int) at) & 0xFFFFFFFFL);
            tables.add(new FlatBufferTable(data, work, target));
        }
        return tables;
    }

    /** The vector that a field points to, of elements of so many bytes; empty where absent. */
    Vector vector(int index, int elementBytes) throws DamagedException {
        if (!has(index)) {
            return Vector.EMPTY;
        }
        long start = target(index) + 4;
        long length = data.getInt((int) checked(data, start - 4, 4, 4)) & 0xFFFFFFFFL;
        checked(data, start, length * elementBytes, 1);
        if (start % elementBytes != 0) {
            throw new DamagedException("a misaligned vector at byte " + (start - 4));
        }
        return new Vector((int) start, (int) length);
    }

    int int32(Vector vector, int i) {
        return data.getInt(vector.start + 4 * i);
    }

    long int64(Vector vector, int i) {
        return data.getLong(vector.start + 8 * i);
    }

    float float32(Vector vector, int i) {
        return data.getFloat(vector.start + 4 * i);
    }

    /** Checks the text that a field points to, if there is one. */
    void checkText(int index) throws DamagedException {
        if (has(index)) {
            Vector text = vector(index, 1);
            checked(data, text.start, text.length + 1L, 1);
            if (data.get(text.start + text.length) != 0) {
                throw new DamagedException("a text without an end at byte " + (text.start - 4));
            }
        }
    }

    /** Counts what is about to be read, and stops where a file would keep a phone busy for long. */
    void count(int parts) throws DamagedException {
        work[0] += parts;
        if (parts > MAX_WORK || work[0] > MAX_WORK) {
            throw new DamagedException("it has more than " + MAX_WORK + " parts");
        }
    }

    private int scalar(int index, int size) throws DamagedException {
        long at = (long) position + fields[index];
        if (at + size > end) {
            throw new DamagedException("a field that ends after its table");
        }
        return (int) checked(data, at, size, size);
    }

    private long target(int index) throws DamagedException {
        return position + fields[index] + (data.getInt(scalar(index, 4)) & 0xFFFFFFFFL);
    }

    private static int unsignedShort(ByteBuffer data, long at) throws DamagedException {
        return data.getShort((int) checked(data, at, 2, 2)) & 0xFFFF;
    }

    private static long checked(ByteBuffer data, long at, long size, int alignment)
            throws DamagedException {
        if (at < 0 || at + size > data.limit()) {
            throw new DamagedException("byte " + (at + size) + " is past its end");
        }
        if (at % alignment != 0) {
            throw new DamagedException("a misaligned value at byte " + at);
        }
        return at;
    }
}
