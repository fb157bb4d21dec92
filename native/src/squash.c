#include "squash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

/* As in the Python runtime's photo.py: blocks are averaged so far that this much is left. */
static const double REDUCING_GAP = 1.3;

enum {
    /* The sum of so many by so many pixels still fits 32 bits. */
    MAX_FACTOR = 255,
    /*
     * Weights of one result sum up to 1 << WEIGHT_BITS. Between the two passes pixels keep MIDDLE_BITS
     * of fraction; 8 + MIDDLE_BITS + WEIGHT_BITS fit an int.
     */
    WEIGHT_BITS = 14,
    MIDDLE_BITS = 8,
    HALF = 1 << (WEIGHT_BITS + MIDDLE_BITS - 1)
};

/* Weights rounded so that they sum up to exactly one: white stays white. */
static void weigh(dbd_resampling *side, int32_t i, double center, double support, double *shares) {
    double total = 0;
    for (int32_t k = 0; k < side->taps; k++) {
        double distance = fabs(side->first[i] + k + 0.5 - center) / support;
        shares[k] = distance < 1 ? 1 - distance : 0;
        total += shares[k];
    }
    double sum = 0;
    int32_t given = 0;
    for (int32_t k = 0; k < side->taps; k++) {
        sum += shares[k];
        int32_t up_to = (int32_t)floor(sum / total * (1 << WEIGHT_BITS) + 0.5);
        side->weights[(size_t)i * side->taps + k] = up_to - given;
        given = up_to;
    }
}

static bool prepare_side(dbd_resampling *side, int32_t size, int32_t result_size) {
    int32_t wanted = (int32_t)(size / (double)result_size / REDUCING_GAP);
    side->size = size;
    side->factor = wanted < 1 ? 1 : wanted > MAX_FACTOR ? MAX_FACTOR : wanted;
    side->blocks = (size + side->factor - 1) / side->factor;
    side->first = malloc(sizeof(int32_t) * result_size);
    if (!side->first) return false;
    /* In blocks; Pillow takes the box's edge as a float. */
    double edge = (float)(size / (double)side->factor);
    double scale = edge / result_size;
    double support = scale > 1 ? scale : 1;
    side->taps = 0;
    for (int32_t i = 0; i < result_size; i++) {
        double center = (i + 0.5) * scale;
        int32_t start = (int32_t)(center - support + 0.5);
        int32_t end = (int32_t)(center + support + 0.5);
        if (start < 0) start = 0;
        if (end > side->blocks) end = side->blocks;
        side->first[i] = start;
        if (end - start > side->taps) side->taps = end - start;
    }
    side->weights = malloc(sizeof(int32_t) * result_size * side->taps);
    double *shares = malloc(sizeof(double) * side->taps);
    if (side->weights && shares) {
        for (int32_t i = 0; i < result_size; i++) {
            int32_t last = side->blocks - side->taps;
            if (side->first[i] > last) side->first[i] = last;
            weigh(side, i, (i + 0.5) * scale, support, shares);
        }
    }
    free(shares);
    return side->weights && shares;
}

void dbd_squash_free(dbd_squash *squash) {
    free(squash->across.first);
    free(squash->across.weights);
    free(squash->down.first);
    free(squash->down.weights);
    free(squash->line);
    free(squash->middle);
    free(squash->rows);
    int32_t width = squash->width, height = squash->height;
    *squash = (dbd_squash){.width = width, .height = height};
}

static bool prepare(dbd_squash *squash, const dbd_view *view) {
    dbd_squash_free(squash);
    bool is_turned = view->is_transposed;
    int32_t columns = is_turned ? squash->height : squash->width;
    int32_t rows = is_turned ? squash->width : squash->height;
    if (!prepare_side(&squash->across, view->width, columns)) return false;
    if (!prepare_side(&squash->down, view->height, rows)) return false;
    size_t values = (size_t)squash->across.blocks * 3;
    squash->line = malloc((size_t)view->width * 3);
    squash->middle = malloc(sizeof(int32_t) * values);
    squash->rows = malloc(sizeof(int32_t) * values * squash->down.taps);
    if (!squash->line || !squash->middle || !squash->rows) return false;
    squash->crop_width = view->width;
    squash->crop_height = view->height;
    squash->is_transposed = is_turned;
    return true;
}

static void average(int32_t *sums, int32_t count, int32_t pixels) {
    uint32_t half = (uint32_t)pixels / 2;
    /* Pillow's own arithmetic, which rounds a little down: floor(2^24 / pixels), then a shift. */
    uint32_t reciprocal = (uint32_t)(4294967296.0f / (256.0f * (float)pixels));
    for (int32_t i = 0; i < count; i++) {
        sums[i] = (int32_t)(((uint32_t)sums[i] + half) * reciprocal >> 24);
    }
}

/* One row of averaged blocks of the frame, `row` counted as the photo is walked. */
static void read_row(dbd_squash *squash, const dbd_view *view, int32_t row, int32_t *averages) {
    const dbd_resampling *across = &squash->across, *down = &squash->down;
    memset(averages, 0, sizeof(int32_t) * across->blocks * 3);
    int32_t first = row * down->factor;
    int32_t high = down->size - first < down->factor ? down->size - first : down->factor;
    for (int32_t i = first; i < first + high; i++) {
        int32_t here = view->is_rows_reversed ? down->size - 1 - i : i;
        dbd_add_row(view, here, 0, across->size, across->factor, squash->line, averages);
    }
    int32_t whole = across->size / across->factor;
    int32_t rest = across->size - whole * across->factor;
    average(averages, whole * 3, across->factor * high);
    if (rest > 0) average(averages + whole * 3, 3, rest * high);
}

/* The weighted sum of the rows that one result row is made of. */
static void blend_rows(dbd_squash *squash, int32_t row) {
    const dbd_resampling *down = &squash->down;
    int32_t values = squash->across.blocks * 3;
    int32_t *middle = squash->middle;
    memset(middle, 0, sizeof(int32_t) * values);
    for (int32_t k = 0; k < down->taps; k++) {
        int32_t weight = down->weights[(size_t)row * down->taps + k];
        const int32_t *from =
                squash->rows + (size_t)((down->first[row] + k) % down->taps) * values;
        for (int32_t i = 0; i < values; i++) middle[i] += from[i] * weight;
    }
    for (int32_t i = 0; i < values; i++) middle[i] >>= WEIGHT_BITS - MIDDLE_BITS;
}

/* The weighted sums of a blended row's neighbours, `step` bytes apart. */
static void write_row(const dbd_squash *squash, int32_t count, uint8_t *to, size_t step) {
    const dbd_resampling *across = &squash->across;
    for (int32_t i = 0; i < count; i++, to += step) {
        const int32_t *values = squash->middle + (size_t)across->first[i] * 3;
        const int32_t *weights = across->weights + (size_t)i * across->taps;
        int32_t red = HALF, green = HALF, blue = HALF;
        for (int32_t k = 0; k < across->taps; k++, values += 3) {
            red += values[0] * weights[k];
            green += values[1] * weights[k];
            blue += values[2] * weights[k];
        }
        to[0] = (uint8_t)(red >> (WEIGHT_BITS + MIDDLE_BITS));
        to[1] = (uint8_t)(green >> (WEIGHT_BITS + MIDDLE_BITS));
        to[2] = (uint8_t)(blue >> (WEIGHT_BITS + MIDDLE_BITS));
    }
}

dbd_status dbd_squash_frame(
        dbd_squash *squash, const dbd_view *view, uint8_t *rgb, char *message) {
    bool is_ready = view->width == squash->crop_width && view->height == squash->crop_height
                    && view->is_transposed == squash->is_transposed;
    if (!is_ready && !prepare(squash, view)) {
        dbd_squash_free(squash);
        return dbd_no_memory(message);
    }
    bool is_turned = view->is_transposed;
    int32_t result_rows = is_turned ? squash->width : squash->height;
    int32_t result_columns = is_turned ? squash->height : squash->width;
    size_t row_bytes = (size_t)squash->width * 3;
    size_t values = (size_t)squash->across.blocks * 3;
    int32_t next = 0;
    for (int32_t row = 0; row < result_rows; row++) {
        int32_t end = squash->down.first[row] + squash->down.taps;
        for (; next < end; next++) {
            read_row(squash, view, next, squash->rows + (next % squash->down.taps) * values);
        }
        blend_rows(squash, row);
        /* A row of the frame is a column of a photo that is turned by 90 or 270 degrees. */
        uint8_t *to = rgb + row * (is_turned ? 3 : row_bytes);
        write_row(squash, result_columns, to, is_turned ? row_bytes : 3);
    }
    return DBD_OK;
}
