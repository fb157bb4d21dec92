/*
 * A part of a photo and a region in it in; one measurement for each cell of the photo's own pixels,
 * with bounded work, out. Coarse levels are looked at in full, finer ones only where they may say more
 * than the coarse ones did. The Python runtime's coarse_to_fine.py and reading.py, level by level.
 */
#ifndef DBD_COARSE_TO_FINE_H
#define DBD_COARSE_TO_FINE_H

#include "meter.h"
#include "radius_code.h"

/* Memory that is used again for the next region. All 0 at first, but for `code`. */
typedef struct dbd_look {
    dbd_radius_code code;
    /* By cell: measured radius in the photo's pixels. */
    float *radius;
    /* By cell: how likely the radius is right. */
    float *confidence;
    /* By cell: how likely the blur is one of motion. */
    float *motion;
    /* By cell: whether a level was sure. */
    bool *is_measured;
    /* By cell: for how many cells of the region it stands; 0 outside of it. */
    double *weight;
    /* Cells that a finer level may say more about, and those that some level so far is sure of. */
    bool *is_open;
    bool *is_known;
    /* By cell of a level. */
    uint8_t *codes;
    bool *is_looked;
    /* The region's cells, row by row. */
    bool *inside;
    /* Of the region's statistic. */
    int64_t *order;
    int32_t cells;
    int32_t columns;
    int32_t rows;
    dbd_tiles tiles;
    int32_t *chosen;
    int32_t *areas;
    int64_t *places;
    int32_t tile_room;
} dbd_look;

/* Makes room for the cells of a part, before `inside` is written. DBD_MEMORY. */
dbd_status dbd_look_make_room(dbd_look *look, dbd_part part, char *message);

/*
 * Looks at a region, whose cells are in `inside`: one at least.
 *
 * coarsest: the photo's coarsest level
 */
dbd_status dbd_look_at_region(
        dbd_look *look,
        const dbd_meter *meter,
        const dbd_view *view,
        dbd_part part,
        int32_t coarsest,
        char *message);

/*
 * Looks at a few tiles of a region at the photo's own size, which needs no reduced copies. What was not
 * looked at counts for nothing.
 */
dbd_status dbd_glance(
        dbd_look *look,
        const dbd_meter *meter,
        const dbd_view *view,
        dbd_part part,
        char *message);

void dbd_look_free(dbd_look *look);

/* Sorts whole numbers, the lowest first. */
void dbd_sort(int64_t *numbers, int32_t count);

#endif
