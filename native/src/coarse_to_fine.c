#include "coarse_to_fine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge_constants.h"
#include "least.h"
#include "message.h"

static void free_cells(dbd_look *look) {
    free(look->radius);
    free(look->confidence);
    free(look->motion);
    free(look->is_measured);
    free(look->weight);
    free(look->is_open);
    free(look->is_known);
    free(look->codes);
    free(look->is_looked);
    free(look->inside);
    free(look->order);
    look->radius = look->confidence = look->motion = NULL;
    look->is_measured = look->is_open = look->is_known = look->is_looked = look->inside = NULL;
    look->weight = NULL;
    look->codes = NULL;
    look->order = NULL;
    look->cells = 0;
}

static void free_tiles(dbd_look *look) {
    free(look->chosen);
    free(look->areas);
    free(look->places);
    look->chosen = look->areas = NULL;
    look->places = NULL;
    look->tile_room = 0;
}

void dbd_look_free(dbd_look *look) {
    free_cells(look);
    free_tiles(look);
}

dbd_status dbd_look_make_room(dbd_look *look, dbd_part part, char *message) {
    look->columns = dbd_cells_of(part.width);
    look->rows = dbd_cells_of(part.height);
    int32_t cells = look->columns * look->rows;
    if (cells <= look->cells) return DBD_OK;
    free_cells(look);
    size_t count = (size_t)cells;
    look->radius = malloc(sizeof(float) * count);
    look->confidence = malloc(sizeof(float) * count);
    look->motion = malloc(sizeof(float) * count);
    look->is_measured = malloc(sizeof(bool) * count);
    look->weight = malloc(sizeof(double) * count);
    look->is_open = malloc(sizeof(bool) * count);
    look->is_known = malloc(sizeof(bool) * count);
    look->codes = malloc(3 * count);
    look->is_looked = malloc(sizeof(bool) * count);
    look->inside = malloc(sizeof(bool) * count);
    look->order = malloc(sizeof(int64_t) * count);
    if (!look->radius || !look->confidence || !look->motion || !look->is_measured || !look->weight
        || !look->is_open || !look->is_known || !look->codes || !look->is_looked || !look->inside
        || !look->order) {
        free_cells(look);
        return dbd_no_memory(message);
    }
    look->cells = cells;
    return DBD_OK;
}

static int compare(const void *one, const void *other) {
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return a < b ? -1 : a > b;
}

void dbd_sort(int64_t *numbers, int32_t count) {
    qsort(numbers, (size_t)count, sizeof *numbers, compare);
}

static void begin(dbd_look *look, const dbd_meter *meter) {
    for (int32_t i = 0; i < look->columns * look->rows; i++) {
        look->weight[i] = look->inside[i] ? 1 : 0;
        look->is_open[i] = look->inside[i];
        look->is_known[i] = false;
        look->is_measured[i] = false;
        look->radius[i] = 0;
        look->confidence[i] = 0;
        look->motion[i] = 0;
    }
    look->tiles = (dbd_tiles){.tile_columns = meter->tile_columns, .tile_rows = meter->tile_rows};
}

/* Cells of a level. */
typedef struct level_cells {
    int32_t level;
    int32_t columns;
    int32_t rows;
} level_cells;

static level_cells cells_of_level(dbd_part part, int32_t level) {
    return (level_cells){
            .level = level,
            .columns = dbd_cells_of(part.width / level),
            .rows = dbd_cells_of(part.height / level),
    };
}

/* Tiles over the region's bounding box and what is around it. */
static dbd_status set_tiles_over(dbd_look *look, level_cells here, char *message) {
    int32_t left = look->columns, top = look->rows, right = 0, bottom = 0;
    for (int32_t row = 0, i = 0; row < look->rows; row++) {
        for (int32_t column = 0; column < look->columns; column++, i++) {
            if (!look->inside[i]) continue;
            left = dbd_least(left, column);
            right = dbd_most(right, column);
            top = dbd_least(top, row);
            bottom = row;
        }
    }
    /* An odd last row is left out when a level is halved: its cell may have none of its own. */
    int32_t end = dbd_least(right / here.level + 1, here.columns);
    int32_t last = dbd_least(bottom / here.level + 1, here.rows);
    dbd_cells box = {
            .left = dbd_least(left / here.level, end - 1),
            .top = dbd_least(top / here.level, last - 1),
            .right = end,
            .bottom = last,
    };
    dbd_set_around(&look->tiles, box, here.columns, here.rows);
    int32_t count = dbd_tile_count(&look->tiles);
    if (count <= look->tile_room) return DBD_OK;
    free_tiles(look);
    look->chosen = malloc(sizeof(int32_t) * count);
    look->areas = malloc(sizeof(int32_t) * count);
    look->places = malloc(sizeof(int64_t) * count);
    if (!look->chosen || !look->areas || !look->places) {
        free_tiles(look);
        return dbd_no_memory(message);
    }
    look->tile_room = count;
    return DBD_OK;
}

/* How many cells of the finest level are of both kinds, in a tile. */
static int32_t area(
        const dbd_look *look, int32_t tile, int32_t level, const bool *one, const bool *other) {
    dbd_cells cells = dbd_tile(&look->tiles, tile);
    int32_t right = dbd_least(level * cells.right, look->columns);
    int32_t bottom = dbd_least(level * cells.bottom, look->rows);
    int32_t count = 0;
    for (int32_t row = level * cells.top; row < bottom; row++) {
        for (int32_t column = level * cells.left; column < right; column++) {
            int32_t i = row * look->columns + column;
            count += one[i] && other[i];
        }
    }
    return count;
}

static int32_t choose_touched(dbd_look *look, int32_t level) {
    int32_t count = 0, all = dbd_tile_count(&look->tiles);
    for (int32_t tile = 0; tile < all; tile++) {
        if (area(look, tile, level, look->inside, look->inside) > 0) look->chosen[count++] = tile;
    }
    return count;
}

static int32_t keep_touched(dbd_look *look, int32_t count, int32_t level) {
    int32_t kept = 0;
    for (int32_t i = 0; i < count; i++) {
        if (area(look, look->chosen[i], level, look->is_open, look->is_open) > 0) {
            look->chosen[kept++] = look->chosen[i];
        }
    }
    return kept;
}

/* At most so many of the chosen tiles, those first that hold much of what is worth a look. */
static int32_t choose_worth(dbd_look *look, int32_t level, int32_t count) {
    if (count <= DBD_MAX_TILES) return count;
    int32_t largest = 0;
    for (int32_t i = 0; i < count; i++) {
        look->areas[i] = area(look, look->chosen[i], level, look->is_open, look->is_known);
        largest = dbd_most(largest, look->areas[i]);
    }
    for (int32_t i = 0; i < count; i++) {
        int64_t is_small = 2 * look->areas[i] < largest;
        /* All over the region: multiples of the golden ratio. */
        int64_t place = (int64_t)i * DBD_SPREAD_FACTOR & DBD_SPREAD_BITS;
        look->places[i] = is_small << 62 | place << 32 | i;
    }
    dbd_sort(look->places, count);
    for (int32_t i = 0; i < DBD_MAX_TILES; i++) look->places[i] &= 0x7FFFFFFF;
    dbd_sort(look->places, DBD_MAX_TILES);
    for (int32_t i = 0; i < DBD_MAX_TILES; i++) look->chosen[i] = look->chosen[look->places[i]];
    return DBD_MAX_TILES;
}

/* Looks at the chosen tiles of a level. */
static dbd_status read_tiles(
        dbd_look *look,
        const dbd_meter *meter,
        const dbd_view *view,
        dbd_part part,
        level_cells here,
        int32_t count,
        char *message) {
    memset(look->is_looked, 0, sizeof(bool) * here.columns * here.rows);
    for (int32_t i = 0; i < count; i++) {
        dbd_cells cells = dbd_tile(&look->tiles, look->chosen[i]);
        dbd_status status = meter->read(
                meter->self, view, part, here.level, cells, look->codes, here.columns, message);
        if (status) return status;
        for (int32_t row = cells.top; row < cells.bottom; row++) {
            for (int32_t column = cells.left; column < cells.right; column++) {
                look->is_looked[row * here.columns + column] = true;
            }
        }
    }
    return DBD_OK;
}

/* The cell of a level that a cell of the finest one lies in. */
static int32_t cell_at(level_cells here, int32_t row, int32_t column) {
    return dbd_least(row / here.level, here.rows - 1) * here.columns
           + dbd_least(column / here.level, here.columns - 1);
}

/* Moves the weight of cells that may be told more of, but were not looked at, to the others. */
static void let_stand_for_others(dbd_look *look, level_cells here) {
    double total = 0, seen = 0;
    for (int32_t row = 0, i = 0; row < look->rows; row++) {
        for (int32_t column = 0; column < look->columns; column++, i++) {
            if (!look->is_open[i] || !look->is_known[i]) continue;
            total += look->weight[i];
            if (look->is_looked[cell_at(here, row, column)]) seen += look->weight[i];
        }
    }
    double factor = seen == 0 ? 1 : total / seen;
    for (int32_t row = 0, i = 0; row < look->rows; row++) {
        for (int32_t column = 0; column < look->columns; column++, i++) {
            if (!look->is_open[i] || !look->is_known[i]) continue;
            bool is_seen = look->is_looked[cell_at(here, row, column)];
            /* Rounded so that sums of weights are exact, in whatever order: as in Python. */
            double steps = rint(look->weight[i] * factor * DBD_WEIGHT_STEPS);
            look->weight[i] = is_seen ? steps / DBD_WEIGHT_STEPS : 0;
        }
    }
}

/* Takes over what a level says, where it counts. */
static void take(dbd_look *look, level_cells here) {
    const dbd_radius_code *code = &look->code;
    const float *radii = code->in_photo_px[dbd_log2_level(here.level)];
    float reliable = dbd_in_photo(DBD_RELIABLE_PX, here.level);
    float large = dbd_in_photo(DBD_RELIABLE_PX / 2, here.level);
    float soft = here.level > 1 ? dbd_in_photo(DBD_SOFT_PX, here.level) : 0;
    for (int32_t row = 0, i = 0; row < look->rows; row++) {
        for (int32_t column = 0; column < look->columns; column++, i++) {
            int32_t cell = cell_at(here, row, column);
            if (!look->is_looked[cell]) {
                look->is_open[i] = look->is_open[i] && !look->is_known[i];
                continue;
            }
            const uint8_t *said = look->codes + 3 * (size_t)cell;
            float radius = radii[said[0]];
            float sure = code->confidence[said[1]];
            bool is_sure = sure >= (float)DBD_MIN_CONFIDENCE;
            if (is_sure) {
                /*
                 * Half the reliable radius here is all of it on the next finer level. Where a coarser
                 * level saw a blurred surrounding, this one may see a sharp part.
                 */
                look->is_open[i] = radius < large && (look->is_open[i] || look->weight[i] > 0);
                look->is_known[i] = true;
            }
            bool counts =
                    is_sure && (radius < reliable || !look->is_measured[i]) && radius >= soft;
            if (counts || !look->is_measured[i]) {
                look->radius[i] = radius;
                look->confidence[i] = sure;
                look->motion[i] = code->motion[said[2]];
            }
            look->is_measured[i] = look->is_measured[i] || counts;
        }
    }
}

dbd_status dbd_look_at_region(
        dbd_look *look,
        const dbd_meter *meter,
        const dbd_view *view,
        dbd_part part,
        int32_t coarsest,
        char *message) {
    begin(look, meter);
    for (int32_t level = coarsest; level >= 1; level /= 2) {
        level_cells here = cells_of_level(part, level);
        dbd_status status = set_tiles_over(look, here, message);
        if (status) return status;
        int32_t count = choose_touched(look, level);
        if (level < DBD_FULL_LEVEL && level != coarsest && count > DBD_FEW_TILES) {
            count = choose_worth(look, level, keep_touched(look, count, level));
        }
        status = read_tiles(look, meter, view, part, here, count, message);
        if (status) return status;
        let_stand_for_others(look, here);
        take(look, here);
    }
    return DBD_OK;
}

dbd_status dbd_glance(
        dbd_look *look,
        const dbd_meter *meter,
        const dbd_view *view,
        dbd_part part,
        char *message) {
    begin(look, meter);
    level_cells here = cells_of_level(part, 1);
    dbd_status status = set_tiles_over(look, here, message);
    if (status) return status;
    int32_t count = choose_touched(look, 1);
    /* All of the region is worth a look. */
    int32_t cells = look->columns * look->rows;
    memcpy(look->is_known, look->inside, sizeof(bool) * cells);
    count = choose_worth(look, 1, count);
    status = read_tiles(look, meter, view, part, here, count, message);
    if (status) return status;
    take(look, here);
    for (int32_t i = 0; i < cells; i++) {
        look->weight[i] = look->inside[i] && look->is_looked[i] ? 1 : 0;
    }
    return DBD_OK;
}
