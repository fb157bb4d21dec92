#include "tile_reader.h"

#include <stdlib.h>
#include <string.h>

#include "judge_constants.h"
#include "least.h"
#include "message.h"

dbd_status dbd_tile_reader_make(
        dbd_tile_reader *reader, int32_t tile_width, int32_t tile_height, char *message) {
    size_t side = (size_t)dbd_most(tile_width, tile_height);
    *reader = (dbd_tile_reader){.tile_width = tile_width, .tile_height = tile_height};
    reader->rgb = malloc((size_t)tile_width * tile_height * 3);
    reader->line = malloc(side * DBD_COARSEST_LEVEL * 3);
    reader->row = malloc(sizeof(int32_t) * side * 3);
    bool is_made = reader->rgb && reader->line && reader->row;
    for (int i = 1; i < 3; i++) {
        size_t values = (side << (3 - i)) * 3;
        reader->upper[i] = malloc(sizeof(int32_t) * values);
        reader->lower[i] = malloc(sizeof(int32_t) * values);
        is_made = is_made && reader->upper[i] && reader->lower[i];
    }
    if (is_made) return DBD_OK;
    dbd_tile_reader_free(reader);
    return dbd_no_memory(message);
}

void dbd_tile_reader_free(dbd_tile_reader *reader) {
    free(reader->rgb);
    free(reader->line);
    free(reader->row);
    for (int i = 1; i < 3; i++) {
        free(reader->upper[i]);
        free(reader->lower[i]);
    }
    *reader = (dbd_tile_reader){0};
}

static void add_row(
        dbd_tile_reader *reader,
        const dbd_view *view,
        int32_t down,
        int32_t across,
        int32_t pixels,
        int32_t neighbours,
        int32_t *sums) {
    int32_t first = view->is_columns_reversed ? view->width - across - pixels : across;
    int32_t row = view->is_rows_reversed ? view->height - 1 - down : down;
    dbd_add_row(view, row, first, pixels, neighbours, reader->line, sums);
}

/* One row of a level, as the photo is walked along the frame's rows. */
static void read_row(
        dbd_tile_reader *reader,
        const dbd_view *view,
        int32_t level,
        int32_t down,
        int32_t across,
        int32_t pixels,
        int32_t *out) {
    if (level <= 2) {
        memset(out, 0, sizeof(int32_t) * pixels * 3);
        add_row(reader, view, down, across, pixels * level, level, out);
        if (level == 2) {
            add_row(reader, view, down + 1, across, pixels * level, level, out);
            for (int32_t i = 0; i < pixels * 3; i++) out[i] = (out[i] + 2) >> 2;
        }
        return;
    }
    int32_t half = level / 2;
    int log2_half = half == 2 ? 1 : 2;
    int32_t *above = reader->upper[log2_half], *below = reader->lower[log2_half];
    read_row(reader, view, half, down, across, 2 * pixels, above);
    read_row(reader, view, half, down + half, across, 2 * pixels, below);
    for (int32_t i = 0; i < pixels; i++, above += 6, below += 6, out += 3) {
        for (int color = 0; color < 3; color++) {
            int32_t sum = above[color] + above[color + 3] + below[color] + below[color + 3];
            out[color] = (sum + 2) >> 2;
        }
    }
}

static void repeat_edges(dbd_tile_reader *reader, int32_t columns, int32_t rows) {
    size_t row_bytes = (size_t)reader->tile_width * 3;
    for (int32_t y = 0; y < rows; y++) {
        uint8_t *row = reader->rgb + y * row_bytes;
        for (size_t at = (size_t)columns * 3; at < row_bytes; at++) row[at] = row[at - 3];
    }
    const uint8_t *last = reader->rgb + (rows - 1) * row_bytes;
    for (int32_t y = rows; y < reader->tile_height; y++) {
        memcpy(reader->rgb + y * row_bytes, last, row_bytes);
    }
}

void dbd_read_tile(
        dbd_tile_reader *reader,
        const dbd_view *view,
        dbd_part part,
        int32_t level,
        dbd_cells cells) {
    int32_t x = cells.left * DBD_CELL, y = cells.top * DBD_CELL;
    int32_t columns = dbd_least(cells.right * DBD_CELL, part.width / level) - x;
    int32_t rows = dbd_least(cells.bottom * DBD_CELL, part.height / level) - y;
    bool is_turned = view->is_transposed;
    /* A row of the frame is a column of a photo that is turned by 90 or 270 degrees. */
    int32_t across = is_turned ? part.top + level * y : part.left + level * x;
    int32_t down = is_turned ? part.left + level * x : part.top + level * y;
    int32_t pixels = is_turned ? rows : columns;
    int32_t lines = is_turned ? columns : rows;
    size_t row_bytes = (size_t)reader->tile_width * 3;
    for (int32_t line = 0; line < lines; line++) {
        read_row(reader, view, level, down + level * line, across, pixels, reader->row);
        uint8_t *to = reader->rgb + line * (is_turned ? 3 : row_bytes);
        const int32_t *from = reader->row;
        for (int32_t i = 0; i < pixels; i++, from += 3, to += is_turned ? row_bytes : 3) {
            to[0] = (uint8_t)from[0];
            to[1] = (uint8_t)from[1];
            to[2] = (uint8_t)from[2];
        }
    }
    repeat_edges(reader, columns, rows);
}
