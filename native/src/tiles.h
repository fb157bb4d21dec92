/*
 * A rectangle of cells of one level, and the tiles that cover it, row by row; the last ones are moved
 * back to end with it.
 */
#ifndef DBD_TILES_H
#define DBD_TILES_H

#include <stdint.h>

typedef struct dbd_tiles {
    int32_t tile_columns;
    int32_t tile_rows;
    int32_t left;
    int32_t top;
    int32_t right;
    int32_t bottom;
} dbd_tiles;

/* Cells: the last column is right - 1, the last row bottom - 1. */
typedef struct dbd_cells {
    int32_t left;
    int32_t top;
    int32_t right;
    int32_t bottom;
} dbd_cells;

/*
 * The coarsest level of a photo: twice as coarse as the one before, as long as there is enough of the
 * photo left to judge a cell by what is around it.
 */
int32_t dbd_coarsest_level(int32_t width, int32_t height);

/* Cells that cover so many pixels; the last may stick out. */
int32_t dbd_cells_of(int32_t pixels);

/* Takes a rectangle; grows it by a margin, and to a tile at least, as far as there are cells. */
void dbd_set_around(dbd_tiles *tiles, dbd_cells cells, int32_t columns, int32_t rows);

int32_t dbd_tile_count(const dbd_tiles *tiles);

/* The cells of one tile. */
dbd_cells dbd_tile(const dbd_tiles *tiles, int32_t number);

#endif
