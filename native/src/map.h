/* A blur map as the library holds it. */
#ifndef DBD_MAP_H
#define DBD_MAP_H

#include <stdbool.h>

#include "dbd.h"

struct dbd_map {
    int32_t width;
    int32_t height;
    int32_t photo_width;
    int32_t photo_height;
    float scale;
    int32_t zero_point;
    bool is_filled;
    /* By value: probability of blur, opacity of the heat map's red. */
    float levels[256];
    uint8_t opacities[256];
    uint8_t *values;
    /* The photo as the model saw it; NULL where the map has another size. */
    uint8_t *rgb;
};

/* Makes an empty map. DBD_MEMORY. */
dbd_status dbd_map_make(
        int32_t width,
        int32_t height,
        float scale,
        int32_t zero_point,
        bool has_photo,
        dbd_map **map,
        char *message);

/* Takes over a photo's map, and the photo as the model saw it. */
void dbd_map_fill(
        dbd_map *map,
        const uint8_t *values,
        const uint8_t *rgb,
        int32_t photo_width,
        int32_t photo_height);

#endif
