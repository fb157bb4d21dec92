/*
 * A frame that was checked, and how it is walked: rows of the frame are rows of the upright photo, or
 * its columns where it is turned by 90 or 270 degrees.
 */
#ifndef DBD_VIEW_H
#define DBD_VIEW_H

#include <stdbool.h>

#include "dbd.h"

typedef struct dbd_view {
    dbd_plane planes[3];
    int32_t format;
    /* The crop, in the frame's own pixels. */
    int32_t left;
    int32_t top;
    int32_t width;
    int32_t height;
    int32_t photo_width;
    int32_t photo_height;
    bool is_transposed;
    bool is_columns_reversed;
    bool is_rows_reversed;
} dbd_view;

/* Checks a frame: nothing outside of its planes is read afterwards. */
dbd_status dbd_look_at(const dbd_frame *frame, dbd_view *view, char *message);

/*
 * Adds one row's pixels to sums of neighbours.
 *
 * row: of the crop
 * first: the crop's first column that is looked at
 * width: columns, at least 1
 * across: neighbours that go into one sum; the last sum may get fewer
 * line: room for 3 * width bytes
 * sums: red, green and blue for each `across` pixels, added to; walked from right to left where the
 *     view's columns are reversed
 */
void dbd_add_row(
        const dbd_view *view,
        int32_t row,
        int32_t first,
        int32_t width,
        int32_t across,
        uint8_t *line,
        int32_t *sums);

#endif
