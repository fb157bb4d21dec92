#include "view.h"

#include "message.h"
#include "app_struct.h"

enum { MAX_SIDE = 1 << 15 };

/* Checks that a plane holds its rows; the last row may end with its last pixel. */
static dbd_status check_plane(
        const char *name,
        const dbd_plane *plane,
        int32_t width,
        int32_t height,
        int32_t pixel_bytes,
        char *message) {
    if (!plane->pixels) return dbd_say(message, DBD_IMAGE, "The frame has no %s plane.", name);
    int64_t row_bytes = (width - 1LL) * plane->pixel_stride + pixel_bytes;
    if (plane->pixel_stride < pixel_bytes || (height > 1 && plane->row_stride < row_bytes)) {
        return dbd_say(
                message,
                DBD_IMAGE,
                "The %s plane has rows of %d bytes and pixels of %d: too little for %d pixels.",
                name,
                (int)plane->row_stride,
                (int)plane->pixel_stride,
                (int)width);
    }
    int64_t needed = row_bytes + (height > 1 ? (height - 1LL) * plane->row_stride : 0);
    if (plane->bytes < (uint64_t)needed) {
        return dbd_say(
                message,
                DBD_IMAGE,
                "The %s plane has %llu bytes: %dx%d pixels with rows of %d bytes need %lld.",
                name,
                (unsigned long long)plane->bytes,
                (int)width,
                (int)height,
                (int)plane->row_stride,
                (long long)needed);
    }
    return DBD_OK;
}

static dbd_status check_planes(const dbd_frame *frame, char *message) {
    const dbd_plane *planes = frame->planes;
    int32_t width = frame->width, height = frame->height;
    if (frame->format != DBD_YUV_420) {
        int32_t stride = planes[0].pixel_stride;
        if (planes[0].pixels && stride != 3 && stride != 4) {
            return dbd_say(
                    message,
                    DBD_IMAGE,
                    "A pixel has 3 bytes (RGB) or 4 (RGBA), got %d.",
                    (int)stride);
        }
        return check_plane("RGB", &planes[0], width, height, 3, message);
    }
    dbd_status status = check_plane("Y", &planes[0], width, height, 1, message);
    int32_t columns = (width + 1) / 2, rows = (height + 1) / 2;
    if (!status) status = check_plane("U", &planes[1], columns, rows, 1, message);
    if (!status) status = check_plane("V", &planes[2], columns, rows, 1, message);
    return status;
}

dbd_status dbd_look_at(const dbd_frame *given, dbd_view *view, char *message) {
    dbd_frame frame = {0};
    if (!given) return dbd_is_null(message, "A frame");
    DBD_TAKE(frame, given, message);
    if (frame.format != DBD_RGB && frame.format != DBD_BGR && frame.format != DBD_YUV_420) {
        return dbd_say(
                message, DBD_ARGUMENT, "A frame's format is a dbd_format, got %d.", (int)frame.format);
    }
    if (frame.width < 1 || frame.height < 1 || frame.width > MAX_SIDE || frame.height > MAX_SIDE) {
        return dbd_say(
                message,
                DBD_IMAGE,
                "A frame has from 1x1 to 32768x32768 pixels, got %dx%d.",
                (int)frame.width,
                (int)frame.height);
    }
    int32_t rotation = frame.rotation;
    if (rotation != 0 && rotation != 90 && rotation != 180 && rotation != 270) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "A rotation is 0, 90, 180 or 270 degrees, got %d.",
                (int)rotation);
    }
    bool is_whole =
            !(frame.crop_left || frame.crop_top || frame.crop_width || frame.crop_height);
    int32_t width = is_whole ? frame.width : frame.crop_width;
    int32_t height = is_whole ? frame.height : frame.crop_height;
    if (frame.crop_left < 0 || frame.crop_top < 0 || width < 1 || height < 1
        || (int64_t)frame.crop_left + width > frame.width
        || (int64_t)frame.crop_top + height > frame.height) {
        return dbd_say(
                message,
                DBD_IMAGE,
                "The crop %dx%d at %d,%d is not in the frame of %dx%d.",
                (int)frame.crop_width,
                (int)frame.crop_height,
                (int)frame.crop_left,
                (int)frame.crop_top,
                (int)frame.width,
                (int)frame.height);
    }
    dbd_status status = check_planes(&frame, message);
    if (status) return status;
    bool is_mirrored = frame.mirrored != 0;
    bool is_transposed = rotation == 90 || rotation == 270;
    *view = (dbd_view){
            .planes = {frame.planes[0], frame.planes[1], frame.planes[2]},
            .format = frame.format,
            .left = frame.crop_left,
            .top = frame.crop_top,
            .width = width,
            .height = height,
            .photo_width = is_transposed ? height : width,
            .photo_height = is_transposed ? width : height,
            .is_transposed = is_transposed,
            .is_columns_reversed = rotation == 270 || (rotation == 180 && !is_mirrored)
                                   || (rotation == 0 && is_mirrored),
            .is_rows_reversed = rotation == 180 || (rotation == 90 && !is_mirrored)
                                || (rotation == 270 && is_mirrored),
    };
    return DBD_OK;
}

static uint8_t clamped(int32_t value) {
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Full-range BT.601 in 16-bit fixed point; chroma is that of the pixel's block of two by two. */
static void yuv_to_rgb(
        const dbd_view *view, int32_t row, int32_t first, int32_t width, uint8_t *line) {
    const dbd_plane *planes = view->planes;
    size_t u_stride = (size_t)planes[1].pixel_stride, v_stride = (size_t)planes[2].pixel_stride;
    size_t luma_stride = (size_t)planes[0].pixel_stride, column = (size_t)(first / 2);
    const uint8_t *luma = planes[0].pixels + (size_t)row * planes[0].row_stride;
    const uint8_t *blue = planes[1].pixels + (size_t)(row / 2) * planes[1].row_stride;
    const uint8_t *red = planes[2].pixels + (size_t)(row / 2) * planes[2].row_stride;
    luma += (size_t)first * luma_stride;
    blue += column * u_stride;
    red += column * v_stride;
    for (int32_t left = width, pixels = first % 2 ? 1 : 2; left > 0; left -= pixels, pixels = 2) {
        if (left < pixels) pixels = left;
        int32_t u = *blue - 128, v = *red - 128;
        int32_t to_red = (91881 * v + 32768) >> 16;
        int32_t to_green = (-22554 * u - 46802 * v + 32768) >> 16;
        int32_t to_blue = (116130 * u + 32768) >> 16;
        for (int32_t i = 0; i < pixels; i++, line += 3) {
            int32_t y = luma[(size_t)i * luma_stride];
            line[0] = clamped(y + to_red);
            line[1] = clamped(y + to_green);
            line[2] = clamped(y + to_blue);
        }
        /* The last ones may be the last of their planes: nothing lies behind those. */
        if (left == pixels) break;
        luma += (size_t)pixels * luma_stride;
        blue += u_stride;
        red += v_stride;
    }
}

static void to_rgb(
        const dbd_view *view, int32_t row, int32_t first, int32_t width, uint8_t *line) {
    if (view->format == DBD_YUV_420) {
        yuv_to_rgb(view, row, first, width, line);
        return;
    }
    const dbd_plane *plane = &view->planes[0];
    int32_t stride = plane->pixel_stride;
    const uint8_t *from = plane->pixels + (size_t)row * plane->row_stride + (size_t)first * stride;
    int red = view->format == DBD_RGB ? 0 : 2;
    for (int32_t i = 0; i < width; i++, from += stride, line += 3) {
        line[0] = from[red];
        line[1] = from[1];
        line[2] = from[2 - red];
    }
}

/* Adds pixels `step` bytes apart to sums of `across` neighbours; the last sum may get fewer. */
static inline void add_up(
        const uint8_t *at, int32_t step, int32_t width, int32_t across, int32_t *sums) {
    int32_t whole = width / across;
    for (int32_t i = 0; i < whole; i++, sums += 3) {
        for (int32_t k = 0; k < across; k++) {
            const uint8_t *pixel = at + ((ptrdiff_t)i * across + k) * step;
            sums[0] += pixel[0];
            sums[1] += pixel[1];
            sums[2] += pixel[2];
        }
    }
    for (int32_t i = whole * across; i < width; i++) {
        const uint8_t *pixel = at + (ptrdiff_t)i * step;
        sums[0] += pixel[0];
        sums[1] += pixel[1];
        sums[2] += pixel[2];
    }
}

void dbd_add_row(
        const dbd_view *view,
        int32_t row,
        int32_t first,
        int32_t width,
        int32_t across,
        uint8_t *line,
        int32_t *sums) {
    to_rgb(view, view->top + row, view->left + first, width, line);
    int32_t step = view->is_columns_reversed ? -3 : 3;
    const uint8_t *at = view->is_columns_reversed ? line + 3 * (size_t)(width - 1) : line;
    /* The usual numbers are written out: compilers make straight code of a loop that they know. */
    switch (across) {
        case 1:
            add_up(at, step, width, 1, sums);
            break;
        case 2:
            add_up(at, step, width, 2, sums);
            break;
        case 3:
            add_up(at, step, width, 3, sums);
            break;
        default:
            add_up(at, step, width, across, sums);
    }
}
