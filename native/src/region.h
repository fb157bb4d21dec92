/* A part of an upright photo, as cells. */
#ifndef DBD_REGION_H
#define DBD_REGION_H

#include "tile_reader.h"

enum {
    /* A coarse grid over the whole photo, beside the kinds of dbd_region_kind. */
    DBD_GRID = 100
};

typedef struct dbd_shape {
    int32_t kind;
    /* What to call it in sentences. */
    const char *name;
    /* Of a box, a polygon, points. */
    const double *numbers;
    size_t count;
    /* Of a mask or a grid: a byte for each place; what is not 0 is inside. */
    const uint8_t *grid;
    int32_t columns;
    int32_t rows;
    /* The region's bounding box in whole pixels within the photo. */
    dbd_cells box;
} dbd_shape;

/* Takes a region of an app's, and bounds it in a photo. DBD_ARGUMENT. */
dbd_status dbd_shape_of(
        const dbd_region *region, int32_t width, int32_t height, dbd_shape *shape, char *message);

/* The whole photo. */
dbd_shape dbd_shape_of_photo(int32_t width, int32_t height);

/* A coarse grid over the whole photo, with one place at least that is inside. */
dbd_shape dbd_shape_of_grid(
        const uint8_t *grid, int32_t columns, int32_t rows, int32_t width, int32_t height);

/*
 * Says which cells of a part belong to the region, by their middles: one at least, as a region between
 * the middles has the cell that is nearest to its own middle. Gives how many do.
 */
int32_t dbd_shape_cells(
        const dbd_shape *shape, int32_t width, int32_t height, dbd_part part, bool *inside);

#endif
