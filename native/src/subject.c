#include "subject.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "least.h"

static int32_t place_count(const dbd_subject_finder *finder) {
    return finder->columns * finder->rows;
}

/* Down first, then across, each sum divided as it is made: as Python's are rounded. */
static void fill_grid(dbd_subject_finder *finder, const dbd_map *map) {
    for (int32_t row = 0; row < finder->rows; row++) {
        int32_t top = row * map->height / finder->rows;
        int32_t bottom = (row + 1) * map->height / finder->rows;
        for (int32_t column = 0; column < finder->columns; column++) {
            int32_t left = (int32_t)((int64_t)column * map->width / finder->columns);
            int32_t right = (int32_t)((int64_t)(column + 1) * map->width / finder->columns);
            double sum = 0;
            for (int32_t x = left; x < right; x++) {
                double down = 0;
                for (int32_t y = top; y < bottom; y++) {
                    down += map->levels[map->values[(size_t)y * map->width + x]];
                }
                sum += down / (bottom - top);
            }
            finder->focus[row * finder->columns + column] = 1 - sum / (right - left);
        }
    }
}

/* Distance of two places as a share of half the photo's diagonal. */
static double distance(
        const dbd_subject_finder *finder,
        double row,
        double column,
        double other_row,
        double other_column) {
    double down = (row - other_row) * ((double)finder->height / finder->rows);
    double across = (column - other_column) * ((double)finder->width / finder->columns);
    return hypot(down, across) / (hypot(finder->width, finder->height) / 2);
}

/* Takes a place over into a part, if it is there and in focus and in no part yet. */
static int32_t take(
        dbd_subject_finder *finder, int32_t place, bool is_there, int32_t number, int32_t size) {
    if (!is_there || finder->part_of[place] || !(finder->focus[place] >= DBD_IN_FOCUS)) {
        return size;
    }
    finder->part_of[place] = number;
    finder->queue[size] = place;
    return size + 1;
}

/* Numbers what hangs together with a place by its sides. */
static dbd_grid_part find_part(dbd_subject_finder *finder, int32_t first, int32_t number) {
    int32_t columns = finder->columns, all = place_count(finder);
    int32_t size = take(finder, first, true, number, 0);
    for (int32_t next = 0; next < size; next++) {
        int32_t place = finder->queue[next], column = place % columns;
        size = take(finder, place - columns, place >= columns, number, size);
        size = take(finder, place + columns, place + columns < all, number, size);
        size = take(finder, place - 1, column > 0, number, size);
        size = take(finder, place + 1, column + 1 < columns, number, size);
    }
    double worth = 0;
    for (int32_t i = 0; i < all; i++) {
        if (finder->part_of[i] == number) worth += finder->worth[i];
    }
    return (dbd_grid_part){.number = number, .size = size, .worth = worth};
}

/* The worthiest first; of those that are equal, the one that was found first. */
static int compare(const void *one, const void *other) {
    const dbd_grid_part *a = one, *b = other;
    if (a->worth != b->worth) return a->worth > b->worth ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

void dbd_find_subjects(dbd_subject_finder *finder, const dbd_map *map) {
    finder->columns = dbd_least(map->width, DBD_MAX_GRID);
    finder->rows = dbd_least(map->height, DBD_MAX_GRID);
    finder->width = map->photo_width;
    finder->height = map->photo_height;
    fill_grid(finder, map);
    int32_t all = place_count(finder);
    for (int32_t i = 0; i < all; i++) {
        double row = (finder->rows - 1) / 2.0, column = (finder->columns - 1) / 2.0;
        double from_middle =
                distance(finder, i / finder->columns, i % finder->columns, row, column)
                / DBD_CENTRALITY;
        finder->worth[i] = finder->focus[i] * exp(-(from_middle * from_middle));
        finder->part_of[i] = 0;
    }
    finder->part_count = 0;
    int32_t number = 0;
    for (int32_t i = 0; i < all; i++) {
        if (finder->part_of[i] || !(finder->focus[i] >= DBD_IN_FOCUS)) continue;
        dbd_grid_part part = find_part(finder, i, ++number);
        if (part.size >= DBD_SMALLEST_SHARE * all) finder->parts[finder->part_count++] = part;
    }
    qsort(finder->parts, (size_t)finder->part_count, sizeof *finder->parts, compare);
}

void dbd_subject_places(const dbd_subject_finder *finder, int32_t i, uint8_t *places) {
    int32_t number = finder->parts[i].number;
    for (int32_t k = 0; k < place_count(finder); k++) places[k] = finder->part_of[k] == number;
}

static int compare_numbers(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return a < b ? -1 : a > b;
}

/* The focus that so much of the grid is under, as numpy finds it. */
static double quantile(const dbd_subject_finder *finder) {
    double sorted[DBD_MAX_PLACES];
    int32_t count = place_count(finder);
    memcpy(sorted, finder->focus, sizeof(double) * count);
    qsort(sorted, (size_t)count, sizeof *sorted, compare_numbers);
    double place = (count - 1) * DBD_MOST_IN_FOCUS;
    int32_t below = (int32_t)floor(place);
    double low = sorted[below], high = sorted[dbd_least(below + 1, count - 1)];
    double share = place - below;
    return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
}

void dbd_least_blurred(const dbd_subject_finder *finder, uint8_t *places) {
    int32_t best = 0, columns = finder->columns;
    for (int32_t i = 1; i < place_count(finder); i++) {
        if (finder->focus[i] > finder->focus[best]) best = i;
    }
    double least = quantile(finder);
    for (int32_t i = 0; i < place_count(finder); i++) {
        double away =
                distance(finder, i / columns, i % columns, best / columns, best % columns);
        places[i] = away <= DBD_NEAR && finder->focus[i] >= least;
    }
}
