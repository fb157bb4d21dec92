/*
 * An untrusted FlatBuffer, every offset checked before it is followed; the same checks as the Python
 * runtime's flatbuffer.py. The first thing that is wrong is kept in `why`; everything that is read
 * after that is 0, absent or empty.
 */
#ifndef DBD_FLATBUFFER_H
#define DBD_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DBD_MAX_FIELDS = 64, DBD_WHY_BYTES = 120 };

/* A file. */
typedef struct dbd_file {
    const uint8_t *bytes;
    int64_t size;
    /*
     * What was read so far: tables and elements of vectors. Many tables may point to the same part of
     * a file, so its size alone bounds nothing.
     */
    int32_t work;
    bool is_damaged;
    char why[DBD_WHY_BYTES];
} dbd_file;

/* One table; `file` is NULL where it is absent. */
typedef struct dbd_table {
    dbd_file *file;
    int64_t position;
    int64_t end;
    int32_t count;
    uint16_t fields[DBD_MAX_FIELDS];
} dbd_table;

/* A vector that lies in the file. */
typedef struct dbd_vector {
    int64_t start;
    int64_t length;
} dbd_vector;

/* Says what is wrong with a file, unless something was before. */
void dbd_damaged(dbd_file *file, const char *format, ...)
#if defined(__GNUC__)
        __attribute__((format(printf, 2, 3)))
#endif
        ;

/* The root table of a file that starts as its kind does. */
dbd_table dbd_root(dbd_file *file, const char identifier[4]);

bool dbd_has(const dbd_table *table, int index);
int32_t dbd_int8(const dbd_table *table, int index);
int32_t dbd_int32(const dbd_table *table, int index, int32_t otherwise);
int64_t dbd_uint32(const dbd_table *table, int index);

/* The table that a field points to. */
dbd_table dbd_table_at(const dbd_table *table, int index);

/* The vector that a field points to, of elements of so many bytes; empty where absent. */
dbd_vector dbd_vector_at(const dbd_table *table, int index, int element_bytes);

/* The vector of tables that a field points to, at most 100,000 of them. */
dbd_vector dbd_tables_at(const dbd_table *table, int index);

/* One table of such a vector. */
dbd_table dbd_table_in(dbd_file *file, dbd_vector tables, int64_t i);

int32_t dbd_int32_in(const dbd_file *file, dbd_vector vector, int64_t i);
int64_t dbd_int64_in(const dbd_file *file, dbd_vector vector, int64_t i);
float dbd_float_in(const dbd_file *file, dbd_vector vector, int64_t i);

/* Checks the text that a field points to, if there is one. */
void dbd_check_text(const dbd_table *table, int index);

/* Counts what is about to be read, and stops where a file would keep a phone busy for long. */
void dbd_count(dbd_file *file, int64_t parts);

#endif
