/*
 * Frames to a network's input: cut, turned upright, mirrored and resized in one pass over their
 * pixels, to interleaved 8-bit RGB. The Python runtime's resize: where the photo is at least 2.6 times
 * as wide (or high) as the input, whole blocks of pixels are averaged first; then a triangle filter as
 * wide as the scale does the rest. Within 1 of 255 of Python's, and the Android library's bytes.
 */
#ifndef DBD_SQUASH_H
#define DBD_SQUASH_H

#include "view.h"

/* How one side of a photo becomes one side of the result. */
typedef struct dbd_resampling {
    /* Pixels of the photo. */
    int32_t size;
    /* Pixels that are averaged to one before the filter. */
    int32_t factor;
    /* How many of those there are; the last one may be of fewer pixels. */
    int32_t blocks;
    /* How many blocks one pixel of the result is made of, those of weight 0 included. */
    int32_t taps;
    /* By pixel of the result: its first block, `taps` weights. */
    int32_t *first;
    int32_t *weights;
} dbd_resampling;

/* Memory that is used again for the next frame of the same size and turn. All 0 at first. */
typedef struct dbd_squash {
    /* Of the result. */
    int32_t width;
    int32_t height;
    /* What it is prepared for. */
    int32_t crop_width;
    int32_t crop_height;
    bool is_transposed;
    dbd_resampling across;
    dbd_resampling down;
    uint8_t *line;
    int32_t *middle;
    /* The last reduced rows, as many as one result row is made of; row i is in i % down.taps. */
    int32_t *rows;
} dbd_squash;

/* Squashes a frame into width * height * 3 bytes, row by row from the top. DBD_MEMORY. */
dbd_status dbd_squash_frame(
        dbd_squash *squash, const dbd_view *view, uint8_t *rgb, char *message);

/* Lets go of its memory. */
void dbd_squash_free(dbd_squash *squash);

#endif
