#include "region.h"

#include <math.h>
#include <string.h>

#include "app_struct.h"
#include "judge_constants.h"
#include "least.h"

/* Cuts a box to the photo and to whole pixels, all of those that it touches. */
static dbd_status clip(
        dbd_shape *shape, const double sides[4], int32_t width, int32_t height, char *message) {
    double left = sides[0], top = sides[1], right = sides[2], bottom = sides[3];
    double first = left > 0 ? left : 0, upper = top > 0 ? top : 0;
    double last = right < width ? right : width, lower = bottom < height ? bottom : height;
    /* The first two are false for anything that is not a number, too. */
    if (!(left < right && top < bottom) || first >= last || upper >= lower) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "A box has at least one pixel in the photo of %dx%d, got %g,%g to %g,%g.",
                (int)width,
                (int)height,
                left,
                top,
                right,
                bottom);
    }
    shape->box = (dbd_cells){
            .left = (int32_t)floor(first),
            .top = (int32_t)floor(upper),
            .right = (int32_t)ceil(last),
            .bottom = (int32_t)ceil(lower),
    };
    return DBD_OK;
}

static dbd_status check_places(
        const dbd_region *region, const char *what, size_t least, char *message) {
    if (!region->numbers) return dbd_is_null(message, "An array of a region's numbers");
    if (region->count % 2 != 0 || region->count < 2 * least) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "A %s is x and y of at least %u places, got %llu numbers.",
                what,
                (unsigned)least,
                (unsigned long long)region->count);
    }
    for (size_t i = 0; i < region->count; i++) {
        if (!isfinite(region->numbers[i])) {
            return dbd_say(
                    message,
                    DBD_ARGUMENT,
                    "A %s has finite numbers only, got one that is not.",
                    what);
        }
    }
    return DBD_OK;
}

static dbd_status bound_places(
        dbd_shape *shape, double around, int32_t width, int32_t height, char *message) {
    const double *at = shape->numbers;
    double sides[4] = {at[0], at[1], at[0], at[1]};
    for (size_t i = 2; i < shape->count; i += 2) {
        if (at[i] < sides[0]) sides[0] = at[i];
        if (at[i + 1] < sides[1]) sides[1] = at[i + 1];
        if (at[i] > sides[2]) sides[2] = at[i];
        if (at[i + 1] > sides[3]) sides[3] = at[i + 1];
    }
    sides[0] -= around;
    sides[1] -= around;
    sides[2] += around;
    sides[3] += around;
    return clip(shape, sides, width, height, message);
}

static dbd_status check_points(
        const dbd_region *region, int32_t width, int32_t height, char *message) {
    for (size_t i = 0; i < region->count; i += 2) {
        double x = region->numbers[i], y = region->numbers[i + 1];
        if (x < 0 || y < 0 || x >= width || y >= height) {
            return dbd_say(
                    message,
                    DBD_ARGUMENT,
                    "A point lies in the photo of %dx%d, got %g,%g.",
                    (int)width,
                    (int)height,
                    x,
                    y);
        }
    }
    return DBD_OK;
}

/* Bounds a grid that has a place that is inside; false where it has none. */
static bool bound_grid(dbd_shape *shape, int32_t width, int32_t height) {
    int64_t left = shape->columns, top = shape->rows, right = 0, bottom = 0;
    const uint8_t *at = shape->grid;
    for (int32_t row = 0; row < shape->rows; row++) {
        for (int32_t column = 0; column < shape->columns; column++, at++) {
            if (!*at) continue;
            if (column < left) left = column;
            if (column + 1 > right) right = column + 1;
            if (row < top) top = row;
            bottom = row + 1;
        }
    }
    shape->box = (dbd_cells){
            .left = (int32_t)(left * width / shape->columns),
            .top = (int32_t)(top * height / shape->rows),
            .right = (int32_t)((right * width + shape->columns - 1) / shape->columns),
            .bottom = (int32_t)((bottom * height + shape->rows - 1) / shape->rows),
    };
    return right > 0;
}

static dbd_status take_mask(
        dbd_shape *shape,
        const dbd_region *region,
        int32_t width,
        int32_t height,
        char *message) {
    if (!region->mask) return dbd_is_null(message, "A mask");
    if (region->mask_width != width || region->mask_height != height) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "A mask has the photo's size: %dx%d is expected, got %dx%d.",
                (int)width,
                (int)height,
                (int)region->mask_width,
                (int)region->mask_height);
    }
    shape->name = "mask";
    shape->grid = region->mask;
    shape->columns = width;
    shape->rows = height;
    if (bound_grid(shape, width, height)) return DBD_OK;
    return dbd_say(
            message, DBD_ARGUMENT, "A mask marks one pixel at least, got one that is empty.");
}

dbd_status dbd_shape_of(
        const dbd_region *given, int32_t width, int32_t height, dbd_shape *shape, char *message) {
    dbd_region region = {0};
    DBD_TAKE(region, given, message);
    *shape = (dbd_shape){.kind = region.kind, .numbers = region.numbers, .count = region.count};
    dbd_status status;
    switch (region.kind) {
        case DBD_BOX:
            if (!region.numbers) return dbd_is_null(message, "An array of a region's numbers");
            if (region.count != 4) {
                return dbd_say(
                        message,
                        DBD_ARGUMENT,
                        "A box is left, top, right, bottom, got %llu numbers.",
                        (unsigned long long)region.count);
            }
            shape->name = "box";
            return clip(shape, region.numbers, width, height, message);
        case DBD_POLYGON:
            shape->name = "polygon";
            status = check_places(&region, "polygon", 3, message);
            return status ? status : bound_places(shape, 0, width, height, message);
        case DBD_POINTS:
            shape->name = "points";
            status = check_places(&region, "list of points", 1, message);
            if (!status) status = check_points(&region, width, height, message);
            return status ? status
                          : bound_places(shape, DBD_POINT_RADIUS_PX, width, height, message);
        case DBD_MASK:
            return take_mask(shape, &region, width, height, message);
        default:
            return dbd_say(
                    message,
                    DBD_ARGUMENT,
                    "A region's kind is a dbd_region_kind, got %d.",
                    (int)region.kind);
    }
}

dbd_shape dbd_shape_of_photo(int32_t width, int32_t height) {
    return (dbd_shape){
            .kind = DBD_BOX,
            .name = "photo",
            .box = {.right = width, .bottom = height},
    };
}

dbd_shape dbd_shape_of_grid(
        const uint8_t *grid, int32_t columns, int32_t rows, int32_t width, int32_t height) {
    dbd_shape shape = {
            .kind = DBD_GRID,
            .name = "subject",
            .grid = grid,
            .columns = columns,
            .rows = rows,
    };
    bound_grid(&shape, width, height);
    return shape;
}

static bool is_in_polygon(const dbd_shape *shape, double x, double y) {
    const double *at = shape->numbers;
    bool is_inside = false;
    for (size_t i = 0; i < shape->count; i += 2) {
        size_t next = (i + 2) % shape->count;
        double from_y = at[i + 1], to_y = at[next + 1];
        if ((from_y > y) == (to_y > y)) continue;
        is_inside ^= x < at[i] + (y - from_y) * (at[next] - at[i]) / (to_y - from_y);
    }
    return is_inside;
}

static bool is_near_a_point(const dbd_shape *shape, double x, double y) {
    for (size_t i = 0; i < shape->count; i += 2) {
        double across = x - shape->numbers[i], down = y - shape->numbers[i + 1];
        if (across * across + down * down <= DBD_POINT_RADIUS_PX * DBD_POINT_RADIUS_PX) {
            return true;
        }
    }
    return false;
}

/* Whether a place within the bounding box belongs to it. */
static bool contains(
        const dbd_shape *shape, double x, double y, int32_t width, int32_t height) {
    switch (shape->kind) {
        case DBD_POLYGON:
            return is_in_polygon(shape, x, y);
        case DBD_POINTS:
            return is_near_a_point(shape, x, y);
        case DBD_MASK:
        case DBD_GRID: {
            int32_t row = dbd_least((int32_t)(y * shape->rows / height), shape->rows - 1);
            int32_t column = dbd_least((int32_t)(x * shape->columns / width), shape->columns - 1);
            return shape->grid[(size_t)row * shape->columns + column] != 0;
        }
        default:
            return true;
    }
}

/* The middle of a cell; that of a last one that sticks out is of what lies in the photo. */
static double middle(int32_t start, int32_t end, int32_t cell) {
    int32_t first = start + DBD_CELL * cell;
    return (first + dbd_least(first + DBD_CELL, end)) / 2.0;
}

static int32_t nearest(int32_t start, int32_t end, int32_t cells, double place) {
    int32_t best = 0;
    for (int32_t cell = 1; cell < cells; cell++) {
        double here = fabs(middle(start, end, cell) - place);
        if (here < fabs(middle(start, end, best) - place)) best = cell;
    }
    return best;
}

int32_t dbd_shape_cells(
        const dbd_shape *shape, int32_t width, int32_t height, dbd_part part, bool *inside) {
    int32_t columns = dbd_cells_of(part.width), rows = dbd_cells_of(part.height);
    int32_t right = part.left + part.width, bottom = part.top + part.height;
    const dbd_cells *box = &shape->box;
    memset(inside, 0, sizeof(bool) * columns * rows);
    int32_t count = 0;
    for (int32_t row = 0; row < rows; row++) {
        double y = middle(part.top, bottom, row);
        if (y < box->top || y >= box->bottom) continue;
        for (int32_t column = 0; column < columns; column++) {
            double x = middle(part.left, right, column);
            if (x < box->left || x >= box->right) continue;
            if (!contains(shape, x, y, width, height)) continue;
            inside[row * columns + column] = true;
            count++;
        }
    }
    if (count > 0) return count;
    int32_t row = nearest(part.top, bottom, rows, (box->top + box->bottom) / 2.0);
    int32_t column = nearest(part.left, right, columns, (box->left + box->right) / 2.0);
    inside[row * columns + column] = true;
    return 1;
}
