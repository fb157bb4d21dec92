/*
 * The tensors that go into a TFLite file's graph and come out of it, read after everything that an
 * interpreter follows without looking was checked; the same checks as the Android library's. The work
 * is bounded by the size of the file. Field numbers are those of TFLite's schema, version 3.
 */
#ifndef DBD_GRAPH_H
#define DBD_GRAPH_H

#include "flatbuffer.h"

enum { DBD_MAX_RANK = 6, DBD_UINT8 = 3 };

/* A tensor of the graph. */
typedef struct dbd_tensor {
    int32_t rank;
    int32_t shape[DBD_MAX_RANK];
    /* The schema's number of the element type. */
    int32_t type;
    /* Whether the values are in the file, or kept by the interpreter from run to run. */
    bool is_stored;
    /* What the integers mean; a scale of 0 where nothing says so. */
    float scale;
    int32_t zero_point;
} dbd_tensor;

/* What goes in and comes out. */
typedef struct dbd_graph {
    int32_t inputs;
    int32_t outputs;
    /* The first of each. */
    dbd_tensor input;
    dbd_tensor output;
} dbd_graph;

/* Checks a whole file; `file` says what is wrong. False, with nothing said, where memory is short. */
bool dbd_read_graph(dbd_file *file, dbd_graph *graph);

#endif
