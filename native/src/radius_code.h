/* What the bytes that a model that measures blur gives stand for, by the code 0 to 255. */
#ifndef DBD_RADIUS_CODE_H
#define DBD_RADIUS_CODE_H

#include <stdint.h>

typedef struct dbd_radius_code {
    /* The radius in pixels of what was looked at; a crisp photo has 1 to 1.5. */
    float radius_px[256];
    /* The probability that the radius is right to a factor of 1.41. */
    float confidence[256];
    /* The probability that the blur is one of motion. */
    float motion[256];
    /* The radius in the photo's pixels, by log2 of the level that was looked at. */
    float in_photo_px[4][256];
} dbd_radius_code;

void dbd_make_radius_code(dbd_radius_code *code);

/* log2 of a level: 1, 2, 4 or 8. */
int dbd_log2_level(int32_t level);

/*
 * A radius that was measured in a level's pixels in those of the photo. A crisp edge has the same
 * radius on every level: only what the lens added is larger in the photo.
 */
float dbd_in_photo(double radius_px, int32_t level);

#endif
