/* What the two kinds of model take and give, read from their files after those were checked. */
#ifndef DBD_MODEL_H
#define DBD_MODEL_H

#include "dbd.h"
#include "graph.h"

/* A checked file. */
typedef struct dbd_model {
    /* What messages call it. */
    const char *name;
    const void *bytes;
    size_t size;
    dbd_tensor input;
    dbd_tensor output;
} dbd_model;

/* Checks a file that gives a blur map of a whole photo. DBD_MODEL, DBD_MEMORY. */
dbd_status dbd_check_blur_model(const void *bytes, size_t size, dbd_model *model, char *message);

/* Checks a file that measures blur in tiles. DBD_MODEL, DBD_MEMORY. */
dbd_status dbd_check_detail_model(const void *bytes, size_t size, dbd_model *model, char *message);

/*
 * How the steps of a map are read. TFLite fixes those of an int8 sigmoid at 1/256; the last one,
 * 255/256, stands for all that is above it, nearly all of which is close to 1. Its 256 steps are read
 * as those from 0 to 1 inclusive, as the Python runtime does.
 */
float dbd_read_scale(const dbd_tensor *output);

#endif
