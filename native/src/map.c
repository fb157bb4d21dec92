#include "map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app_struct.h"

enum { TINT_OPACITY = 153 };
static const uint8_t TINT[3] = {0xFF, 0x30, 0x00};
static const uint8_t PEAKING[4] = {0x00, 0xE6, 0x76, 0xFF};

static size_t places(const dbd_map *map) {
    return (size_t)map->width * (size_t)map->height;
}

dbd_status dbd_map_make(
        int32_t width,
        int32_t height,
        float scale,
        int32_t zero_point,
        bool has_photo,
        dbd_map **made,
        char *message) {
    *made = NULL;
    dbd_map *map = calloc(1, sizeof *map);
    if (!map) return dbd_no_memory(message);
    map->width = map->photo_width = width;
    map->height = map->photo_height = height;
    map->scale = scale;
    map->zero_point = zero_point;
    map->values = malloc(places(map));
    map->rgb = has_photo ? calloc(places(map), 3) : NULL;
    if (!map->values || (has_photo && !map->rgb)) {
        dbd_map_free(map);
        return dbd_no_memory(message);
    }
    for (int i = 0; i < 256; i++) {
        float level = (float)(i - zero_point) * scale;
        map->levels[i] = level;
        float share = level < 0 ? 0 : level > 1 ? 1 : level;
        map->opacities[i] = (uint8_t)rintf(share * TINT_OPACITY);
    }
    memset(map->values, zero_point < 0 ? 0 : zero_point > 255 ? 255 : zero_point, places(map));
    *made = map;
    return dbd_ok(message);
}

void dbd_map_free(dbd_map *map) {
    if (!map) return;
    free(map->values);
    free(map->rgb);
    free(map);
}

void dbd_map_fill(
        dbd_map *map,
        const uint8_t *values,
        const uint8_t *rgb,
        int32_t photo_width,
        int32_t photo_height) {
    memcpy(map->values, values, places(map));
    if (map->rgb) memcpy(map->rgb, rgb, places(map) * 3);
    map->photo_width = photo_width;
    map->photo_height = photo_height;
    map->is_filled = true;
}

static dbd_status check_room(
        const dbd_map *map, const void *array, size_t room, size_t of_place, char *message) {
    if (!map) return dbd_is_null(message, "A map");
    if (!array) return dbd_is_null(message, "An array");
    if (room != places(map) * of_place) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "The map has %dx%d places, so the array takes %llu, got %llu.",
                (int)map->width,
                (int)map->height,
                (unsigned long long)(places(map) * of_place),
                (unsigned long long)room);
    }
    return dbd_ok(message);
}

dbd_status dbd_map_read_facts(const dbd_map *map, dbd_map_facts *facts, char *message) {
    if (!map) return dbd_is_null(message, "A map");
    if (!facts) return dbd_is_null(message, "A dbd_map_facts");
    dbd_map_facts found = {0};
    DBD_TAKE(found, facts, message);
    found.width = map->width;
    found.height = map->height;
    found.photo_width = map->photo_width;
    found.photo_height = map->photo_height;
    found.scale = map->scale;
    found.zero_point = map->zero_point;
    memcpy(facts, &found, found.size < sizeof found ? found.size : sizeof found);
    return dbd_ok(message);
}

const uint8_t *dbd_map_values(const dbd_map *map) {
    return map ? map->values : NULL;
}

dbd_status dbd_map_probabilities(
        const dbd_map *map, float *probabilities, size_t count, char *message) {
    dbd_status status = check_room(map, probabilities, count, 1, message);
    if (status) return status;
    for (size_t i = 0; i < count; i++) probabilities[i] = map->levels[map->values[i]];
    return DBD_OK;
}

/* The lowest value of the map that means the threshold or more; 256 where none does. */
static int first_level(const dbd_map *map, float threshold) {
    int first = 0;
    while (first < 256 && map->levels[first] < threshold) first++;
    return first;
}

double dbd_map_blurred_fraction(const dbd_map *map) {
    if (!map || !map->is_filled) return NAN;
    int first = first_level(map, 0.5f);
    size_t blurred = 0;
    for (size_t i = 0; i < places(map); i++) blurred += map->values[i] >= first;
    return (double)blurred / (double)places(map);
}

dbd_status dbd_map_sharpness(
        const dbd_map *map,
        int32_t left,
        int32_t top,
        int32_t right,
        int32_t bottom,
        double *sharpness,
        char *message) {
    if (!map) return dbd_is_null(message, "A map");
    if (!sharpness) return dbd_is_null(message, "A place for the sharpness");
    int64_t width = map->photo_width, height = map->photo_height;
    if (left < 0 || top < 0 || left >= right || top >= bottom || right > width
        || bottom > height) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "A box has at least one pixel and lies in the photo of %dx%d, got %d,%d to %d,%d.",
                (int)width,
                (int)height,
                (int)left,
                (int)top,
                (int)right,
                (int)bottom);
    }
    *sharpness = NAN;
    if (!map->is_filled) return dbd_ok(message);
    int64_t first_column = left * (int64_t)map->width / width;
    int64_t first_row = top * (int64_t)map->height / height;
    int64_t end_column = (right * (int64_t)map->width + width - 1) / width;
    int64_t end_row = (bottom * (int64_t)map->height + height - 1) / height;
    int64_t sum = 0;
    for (int64_t row = first_row; row < end_row; row++) {
        for (int64_t column = first_column; column < end_column; column++) {
            sum += map->values[row * map->width + column];
        }
    }
    double count = (double)(end_column - first_column) * (double)(end_row - first_row);
    double blurred = ((double)sum / count - map->zero_point) * (double)map->scale;
    *sharpness = 1 - (blurred < 0 ? 0 : blurred > 1 ? 1 : blurred);
    return dbd_ok(message);
}

dbd_status dbd_map_mask(
        const dbd_map *map, float threshold, uint8_t *mask, size_t bytes, char *message) {
    dbd_status status = check_room(map, mask, bytes, 1, message);
    if (status) return status;
    if (!(threshold >= 0 && threshold <= 1)) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "threshold is a number from 0 to 1, got %g.",
                (double)threshold);
    }
    int first = first_level(map, threshold);
    for (size_t i = 0; i < bytes; i++) mask[i] = map->values[i] >= first ? 255 : 0;
    return DBD_OK;
}

dbd_status dbd_map_heat_map(const dbd_map *map, uint8_t *rgba, size_t bytes, char *message) {
    dbd_status status = check_room(map, rgba, bytes, 4, message);
    if (status) return status;
    for (size_t i = 0; i < places(map); i++, rgba += 4) {
        memcpy(rgba, TINT, sizeof TINT);
        rgba[3] = map->opacities[map->values[i]];
    }
    return DBD_OK;
}

static int luma(const dbd_map *map, int32_t row, int32_t column) {
    const uint8_t *rgb = map->rgb + ((size_t)row * map->width + column) * 3;
    return (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2]) >> 8;
}

dbd_status dbd_map_focus_peaking(
        const dbd_map *map, int32_t contrast, uint8_t *rgba, size_t bytes, char *message) {
    dbd_status status = check_room(map, rgba, bytes, 4, message);
    if (status) return status;
    if (contrast < 1 || contrast > 510) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "contrast is a whole number from 1 to 510, got %d.",
                (int)contrast);
    }
    if (!map->rgb) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "Focus peaking needs a model whose map is as large as its input.");
    }
    int first = first_level(map, 0.5f);
    memset(rgba, 0, bytes);
    for (int32_t row = 0; row < map->height; row++) {
        /* At the photo's edge a missing neighbour is the pixel itself. */
        int32_t above = row > 0 ? row - 1 : row;
        int32_t below = row + 1 < map->height ? row + 1 : row;
        for (int32_t column = 0; column < map->width; column++, rgba += 4) {
            if (map->values[(size_t)row * map->width + column] >= first) continue;
            int32_t left = column > 0 ? column - 1 : column;
            int32_t right = column + 1 < map->width ? column + 1 : column;
            int across = luma(map, row, right) - luma(map, row, left);
            int down = luma(map, below, column) - luma(map, above, column);
            if (abs(across) + abs(down) >= contrast) memcpy(rgba, PEAKING, sizeof PEAKING);
        }
    }
    return DBD_OK;
}
