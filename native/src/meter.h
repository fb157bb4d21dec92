/* Measures blur in tiles of a photo's levels: a model, or what a test stored. */
#ifndef DBD_METER_H
#define DBD_METER_H

#include "tile_reader.h"

typedef struct dbd_meter {
    void *self;
    int32_t tile_columns;
    int32_t tile_rows;
    /*
     * Looks at one tile of a part of an upright photo.
     *
     * level: by how much the photo is reduced: 1, 2, 4 or 8
     * codes: where three bytes go for each cell, row by row of the whole level
     * columns: cells of a row of the level
     */
    dbd_status (*read)(
            void *self,
            const dbd_view *view,
            dbd_part part,
            int32_t level,
            dbd_cells cells,
            uint8_t *codes,
            int32_t columns,
            char *message);
} dbd_meter;

#endif
