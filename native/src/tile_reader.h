/*
 * Cuts tiles out of a part of an upright photo, at its own size or reduced by 2, 4 or 8: halved again
 * and again, each pixel the rounded mean of two by two of the level before. The bytes are the Python
 * runtime's. Pixels are read where they lie; nothing is kept of them.
 */
#ifndef DBD_TILE_READER_H
#define DBD_TILE_READER_H

#include "tiles.h"
#include "view.h"

/* A part of an upright photo, in its pixels. */
typedef struct dbd_part {
    int32_t left;
    int32_t top;
    int32_t width;
    int32_t height;
} dbd_part;

typedef struct dbd_tile_reader {
    int32_t tile_width;
    int32_t tile_height;
    /* A whole tile's red, green and blue bytes. */
    uint8_t *rgb;
    uint8_t *line;
    int32_t *row;
    /* Two rows of each level that is halved once more, by log2 of the level. */
    int32_t *upper[3];
    int32_t *lower[3];
} dbd_tile_reader;

/* Makes a reader of tiles of so many pixels. DBD_MEMORY. */
dbd_status dbd_tile_reader_make(
        dbd_tile_reader *reader, int32_t tile_width, int32_t tile_height, char *message);

/*
 * Cuts cells of a level of the part out, into `rgb`; what lies beyond the level's edge repeats its last
 * pixels.
 */
void dbd_read_tile(
        dbd_tile_reader *reader,
        const dbd_view *view,
        dbd_part part,
        int32_t level,
        dbd_cells cells);

void dbd_tile_reader_free(dbd_tile_reader *reader);

#endif
