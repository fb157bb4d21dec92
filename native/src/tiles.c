#include "tiles.h"

#include "judge_constants.h"
#include "least.h"

int32_t dbd_coarsest_level(int32_t width, int32_t height) {
    int32_t level = 1;
    while (level < DBD_COARSEST_LEVEL
           && dbd_least(width, height) / (2 * level) >= DBD_SMALLEST_SIDE) {
        level *= 2;
    }
    return level;
}

int32_t dbd_cells_of(int32_t pixels) {
    return (pixels + DBD_CELL - 1) / DBD_CELL;
}

static int32_t start_around(int32_t start, int32_t end, int32_t limit, int32_t tile) {
    int32_t first = dbd_most(start - DBD_MARGIN_CELLS, 0);
    int32_t missing = tile - (dbd_least(end + DBD_MARGIN_CELLS, limit) - first);
    return missing > 0 ? dbd_most(dbd_least(first - missing / 2, limit - tile), 0) : first;
}

static int32_t end_around(int32_t start, int32_t end, int32_t limit, int32_t tile) {
    int32_t last = dbd_least(end + DBD_MARGIN_CELLS, limit);
    int32_t first = dbd_most(start - DBD_MARGIN_CELLS, 0);
    if (tile - (last - first) <= 0) return last;
    return dbd_least(start_around(start, end, limit, tile) + tile, limit);
}

void dbd_set_around(dbd_tiles *tiles, dbd_cells cells, int32_t columns, int32_t rows) {
    tiles->left = start_around(cells.left, cells.right, columns, tiles->tile_columns);
    tiles->right = end_around(cells.left, cells.right, columns, tiles->tile_columns);
    tiles->top = start_around(cells.top, cells.bottom, rows, tiles->tile_rows);
    tiles->bottom = end_around(cells.top, cells.bottom, rows, tiles->tile_rows);
}

static int32_t tiles_across(const dbd_tiles *tiles) {
    return (tiles->right - tiles->left + tiles->tile_columns - 1) / tiles->tile_columns;
}

int32_t dbd_tile_count(const dbd_tiles *tiles) {
    int32_t down = (tiles->bottom - tiles->top + tiles->tile_rows - 1) / tiles->tile_rows;
    return tiles_across(tiles) * down;
}

static int32_t start_of(int32_t start, int32_t end, int32_t tile, int32_t number) {
    return dbd_least(start + number * tile, dbd_most(end - tile, start));
}

dbd_cells dbd_tile(const dbd_tiles *tiles, int32_t number) {
    int32_t across = tiles_across(tiles);
    int32_t left = start_of(tiles->left, tiles->right, tiles->tile_columns, number % across);
    int32_t top = start_of(tiles->top, tiles->bottom, tiles->tile_rows, number / across);
    return (dbd_cells){
            .left = left,
            .top = top,
            .right = dbd_least(left + tiles->tile_columns, tiles->right),
            .bottom = dbd_least(top + tiles->tile_rows, tiles->bottom),
    };
}
