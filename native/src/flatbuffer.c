#include "flatbuffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WORK = 1000000, MAX_ITEMS = 100000 };

void dbd_damaged(dbd_file *file, const char *format, ...) {
    if (file->is_damaged) return;
    file->is_damaged = true;
    va_list rest;
    va_start(rest, format);
    vsnprintf(file->why, sizeof file->why, format, rest);
    va_end(rest);
}

/* Whether so many bytes lie in the file, and at a multiple of their alignment. */
static bool lies_in(dbd_file *file, int64_t at, int64_t size, int alignment) {
    if (file->is_damaged) return false;
    if (at < 0 || size < 0 || at > file->size || size > file->size - at) {
        dbd_damaged(file, "byte %lld is past its end", (long long)(at + size));
        return false;
    }
    if (at % alignment != 0) {
        dbd_damaged(file, "a misaligned value at byte %lld", (long long)at);
        return false;
    }
    return true;
}

/* Little-endian bytes that were found to lie in the file. */
static uint64_t bytes_at(const dbd_file *file, int64_t at, int count) {
    uint64_t value = 0;
    for (int i = count - 1; i >= 0; i--) value = value << 8 | file->bytes[at + i];
    return value;
}

static uint32_t four_bytes(dbd_file *file, int64_t at) {
    return lies_in(file, at, 4, 4) ? (uint32_t)bytes_at(file, at, 4) : 0;
}

static uint16_t two_bytes(dbd_file *file, int64_t at) {
    return lies_in(file, at, 2, 2) ? (uint16_t)bytes_at(file, at, 2) : 0;
}

void dbd_count(dbd_file *file, int64_t parts) {
    if (file->is_damaged) return;
    if (parts > MAX_WORK || file->work + parts > MAX_WORK) {
        dbd_damaged(file, "it has more than %d parts", MAX_WORK);
        return;
    }
    file->work += (int32_t)parts;
}

static dbd_table open_table(dbd_file *file, int64_t position) {
    dbd_table table = {0};
    dbd_count(file, 1);
    int64_t vtable = position - (int32_t)four_bytes(file, position);
    int32_t vtable_size = two_bytes(file, vtable);
    int32_t table_size = two_bytes(file, vtable + 2);
    int32_t count = vtable_size / 2 - 2;
    if (count < 0 || count > DBD_MAX_FIELDS || vtable_size % 2 != 0 || table_size < 4) {
        dbd_damaged(file, "a field index of %d bytes for %d", (int)vtable_size, (int)table_size);
    }
    if (!lies_in(file, vtable, vtable_size, 1) || !lies_in(file, position, table_size, 1)) {
        return table;
    }
    for (int32_t i = 0; i < count; i++) {
        int32_t field = two_bytes(file, vtable + 4 + 2 * i);
        /* A field may not lie over the table's first four bytes, nor end after the table. */
        if ((field > 0 && field < 4) || field >= table_size) {
            dbd_damaged(file, "a field outside its table");
            return table;
        }
        table.fields[i] = (uint16_t)field;
    }
    table.file = file;
    table.position = position;
    table.end = position + table_size;
    table.count = count;
    return table;
}

dbd_table dbd_root(dbd_file *file, const char identifier[4]) {
    if (file->size < 8 || memcmp(file->bytes + 4, identifier, 4) != 0) {
        dbd_damaged(file, "it does not start as a %.4s file does", identifier);
        return (dbd_table){0};
    }
    return open_table(file, four_bytes(file, 0));
}

bool dbd_has(const dbd_table *table, int index) {
    return index < table->count && table->fields[index] != 0;
}

/* Where a field's bytes lie; -1 where it is absent or does not lie in its table. */
static int64_t scalar(const dbd_table *table, int index, int size) {
    if (!dbd_has(table, index)) return -1;
    int64_t at = table->position + table->fields[index];
    if (at + size > table->end) {
        dbd_damaged(table->file, "a field that ends after its table");
        return -1;
    }
    return lies_in(table->file, at, size, size) ? at : -1;
}

int32_t dbd_int8(const dbd_table *table, int index) {
    int64_t at = scalar(table, index, 1);
    return at < 0 ? 0 : (int8_t)table->file->bytes[at];
}

int32_t dbd_int32(const dbd_table *table, int index, int32_t otherwise) {
    int64_t at = scalar(table, index, 4);
    return at < 0 ? otherwise : (int32_t)bytes_at(table->file, at, 4);
}

int64_t dbd_uint32(const dbd_table *table, int index) {
    return (uint32_t)dbd_int32(table, index, 0);
}

/* What a field points to; -1 where it points to nothing. */
static int64_t target(const dbd_table *table, int index) {
    int64_t at = scalar(table, index, 4);
    return at < 0 ? -1 : at + (int64_t)bytes_at(table->file, at, 4);
}

dbd_table dbd_table_at(const dbd_table *table, int index) {
    int64_t at = target(table, index);
    return at < 0 ? (dbd_table){0} : open_table(table->file, at);
}

dbd_vector dbd_vector_at(const dbd_table *table, int index, int element_bytes) {
    dbd_vector vector = {0};
    int64_t at = target(table, index);
    if (at < 0) return vector;
    int64_t start = at + 4;
    int64_t length = four_bytes(table->file, at);
    if (!lies_in(table->file, start, length * element_bytes, 1)) return vector;
    if (start % element_bytes != 0) {
        dbd_damaged(table->file, "a misaligned vector at byte %lld", (long long)at);
        return vector;
    }
    vector.start = start;
    vector.length = length;
    return vector;
}

dbd_vector dbd_tables_at(const dbd_table *table, int index) {
    dbd_vector tables = dbd_vector_at(table, index, 4);
    if (tables.length > MAX_ITEMS) {
        dbd_damaged(table->file, "it has a list of more than %d parts", MAX_ITEMS);
        return (dbd_vector){0};
    }
    return tables;
}

dbd_table dbd_table_in(dbd_file *file, dbd_vector tables, int64_t i) {
    int64_t at = tables.start + 4 * i;
    return open_table(file, at + (int64_t)bytes_at(file, at, 4));
}

int32_t dbd_int32_in(const dbd_file *file, dbd_vector vector, int64_t i) {
    return (int32_t)bytes_at(file, vector.start + 4 * i, 4);
}

int64_t dbd_int64_in(const dbd_file *file, dbd_vector vector, int64_t i) {
    return (int64_t)bytes_at(file, vector.start + 8 * i, 8);
}

float dbd_float_in(const dbd_file *file, dbd_vector vector, int64_t i) {
    uint32_t bits = (uint32_t)bytes_at(file, vector.start + 4 * i, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void dbd_check_text(const dbd_table *table, int index) {
    if (!dbd_has(table, index)) return;
    dbd_vector text = dbd_vector_at(table, index, 1);
    dbd_file *file = table->file;
    if (!lies_in(file, text.start, text.length + 1, 1)) return;
    if (file->bytes[text.start + text.length] != 0) {
        dbd_damaged(file, "a text without an end at byte %lld", (long long)(text.start - 4));
    }
}
