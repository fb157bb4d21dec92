/*
 * Frames of many sizes, strides, turns and crops, and regions of every kind, through the library's
 * public functions, with sanitizers: each plane is a piece of memory of its own that ends with its last
 * pixel. TensorFlow Lite's place takes fake_tflite.c.
 *
 *     fuzz_driver MODEL DETAIL ROUNDS
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dbd.h"

static uint64_t state = 20;

/* A number from 0 to `below` - 1. */
static int any(int below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)((state >> 33) % (uint64_t)below);
}

static void fail(const char *what, const char *message) {
    fprintf(stderr, "%s: %s\n", what, message);
    exit(1);
}

static void *file_bytes(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("no file", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    void *bytes = malloc(*size);
    if (fread(bytes, 1, *size, file) != *size) fail("unreadable", path);
    fclose(file);
    return bytes;
}

/* A plane of noise that ends with its last pixel. */
static dbd_plane plane_of(int width, int height, int pixel_stride, int pixel_bytes) {
    dbd_plane plane = {.pixel_stride = pixel_stride};
    int row_bytes = (width - 1) * pixel_stride + pixel_bytes;
    plane.row_stride = row_bytes + any(20);
    plane.bytes = (size_t)plane.row_stride * (height - 1) + row_bytes;
    uint8_t *pixels = malloc(plane.bytes);
    for (size_t i = 0; i < plane.bytes; i++) pixels[i] = (uint8_t)any(256);
    plane.pixels = pixels;
    return plane;
}

static dbd_frame any_frame(void) {
    static const int sizes[] = {1, 2, 3, 17, 63, 64, 65, 127, 128, 200, 333, 640, 1031};
    int count = (int)(sizeof sizes / sizeof *sizes);
    dbd_frame frame = {.size = sizeof frame, .format = 1 + any(3)};
    frame.width = sizes[any(count)];
    frame.height = sizes[any(count)];
    frame.rotation = 90 * any(4);
    frame.mirrored = any(2);
    if (any(2)) {
        frame.crop_left = any(frame.width);
        frame.crop_top = any(frame.height);
        frame.crop_width = 1 + any(frame.width - frame.crop_left);
        frame.crop_height = 1 + any(frame.height - frame.crop_top);
    }
    if (frame.format == DBD_YUV_420) {
        int columns = (frame.width + 1) / 2, rows = (frame.height + 1) / 2;
        frame.planes[0] = plane_of(frame.width, frame.height, 1, 1);
        frame.planes[1] = plane_of(columns, rows, 1 + any(3), 1);
        frame.planes[2] = plane_of(columns, rows, 1 + any(3), 1);
    } else {
        frame.planes[0] = plane_of(frame.width, frame.height, 3 + any(2), 3);
    }
    return frame;
}

static void free_frame(dbd_frame *frame) {
    for (int i = 0; i < 3; i++) free((void *)frame->planes[i].pixels);
}

/* A refusal has a sentence; anything else has none. */
static void check(dbd_status status, const char *message) {
    size_t length = strlen(message);
    if (status == DBD_OK ? length != 0 : length < 10 || message[length - 1] != '.') {
        fail("a message", message);
    }
    if (status == DBD_MEMORY || status == DBD_BACKEND) fail("not the app's fault", message);
}

static void look_at_map(const dbd_map *map) {
    char message[DBD_MESSAGE_BYTES];
    dbd_map_facts facts = {.size = sizeof facts};
    check(dbd_map_read_facts(map, &facts, message), message);
    size_t places = (size_t)facts.width * facts.height;
    uint8_t *bytes = malloc(places * 4);
    float *levels = malloc(places * sizeof *levels);
    check(dbd_map_mask(map, 0.5f, bytes, places, message), message);
    check(dbd_map_heat_map(map, bytes, places * 4, message), message);
    check(dbd_map_focus_peaking(map, 1 + any(510), bytes, places * 4, message), message);
    check(dbd_map_probabilities(map, levels, places, message), message);
    for (int i = 0; i < 4; i++) {
        double found;
        int left = any(facts.photo_width + 2) - 1, top = any(facts.photo_height + 2) - 1;
        int right = left + any(50), bottom = top + any(50);
        dbd_status status =
                dbd_map_sharpness(map, left, top, right, bottom, &found, message);
        check(status, message);
        /* Before the first photo none of a map's shares is a number. */
        bool is_new = isnan(dbd_map_blurred_fraction(map));
        if (!status && !(is_new ? isnan(found) : found >= 0 && found <= 1)) {
            fail("a sharpness", "out of range");
        }
    }
    free(bytes);
    free(levels);
}

static void judge(dbd_detector *detector, const dbd_frame *frame, const dbd_map *map) {
    char message[DBD_MESSAGE_BYTES];
    dbd_map_facts facts = {.size = sizeof facts};
    check(dbd_map_read_facts(map, &facts, message), message);
    double numbers[12];
    static const double odd[] = {-1e300, 1e300, INFINITY, NAN, -0.5};
    dbd_region region = {.size = sizeof region, .kind = any(6), .numbers = numbers};
    region.count = region.kind == DBD_BOX ? 4 : (size_t)any(13);
    for (int i = 0; i < 12; i++) {
        numbers[i] = any(40) == 0 ? odd[any(5)] : any(i % 2 ? facts.photo_height : facts.photo_width);
    }
    region.mask_width = facts.photo_width;
    region.mask_height = facts.photo_height;
    uint8_t *mask = NULL;
    if (region.kind == DBD_MASK) {
        size_t size = (size_t)facts.photo_width * facts.photo_height;
        mask = malloc(size);
        for (size_t i = 0; i < size; i++) mask[i] = any(9) == 0;
        region.mask = mask;
    }
    dbd_strictness strictness = {.size = sizeof strictness, .max_radius_px = any(5)};
    strictness.at_width = any(3) ? any(4000) : 0;
    dbd_focus focus = {.size = sizeof focus};
    const dbd_region *where = any(4) ? &region : NULL;
    check(dbd_judge(detector, frame, where, any(2) ? map : NULL, &strictness, &focus, message),
          message);
    free(mask);
}

/* An app that was built before a struct grew: nothing is written behind what it knows. */
static void check_older_app(dbd_detector *detector, const dbd_frame *frame) {
    char message[DBD_MESSAGE_BYTES];
    dbd_focus focus = {.size = offsetof(dbd_focus, reason), .reason = "untouched"};
    check(dbd_judge(detector, frame, NULL, NULL, NULL, &focus, message), message);
    if (strcmp(focus.reason, "untouched") != 0) fail("a field behind the struct's end", "written");
}

/* Frames that are not what they say: all are refused. */
static void refuse(dbd_detector *detector, const dbd_frame *good, dbd_map *map) {
    char message[DBD_MESSAGE_BYTES];
    dbd_frame frame = *good;
    switch (any(9)) {
        case 0: frame.planes[0].bytes--; break;
        case 1: frame.planes[0].pixels = NULL; break;
        case 2: frame.rotation = 45; break;
        case 3: frame.width = 32769; break;
        case 4: frame.height = -frame.height; break;
        case 5: frame.crop_left = frame.width, frame.crop_width = frame.crop_height = 1; break;
        case 6: frame.crop_width = INT32_MAX, frame.crop_left = INT32_MAX; break;
        case 7: frame.size = 3; break;
        default: frame.planes[0].pixel_stride = 0;
    }
    dbd_status status = dbd_detect(detector, &frame, map, message);
    check(status, message);
    if (status != DBD_IMAGE && status != DBD_ARGUMENT) fail("a wrong frame", "was taken");
}

int main(int count, char **words) {
    if (count != 4) fail("fuzz_driver", "MODEL DETAIL ROUNDS");
    char message[DBD_MESSAGE_BYTES];
    dbd_options options = {.size = sizeof options, .threads = 1};
    options.model = file_bytes(words[1], &options.model_bytes);
    options.detail = file_bytes(words[2], &options.detail_bytes);
    dbd_detector *detector;
    dbd_map *map;
    check(dbd_create(&options, &detector, message), message);
    check(dbd_map_create(detector, &map, message), message);
    look_at_map(map);
    int done = 0;
    for (int i = 0; i < atoi(words[3]); i++) {
        dbd_frame frame = any_frame();
        dbd_status status = dbd_detect(detector, &frame, map, message);
        check(status, message);
        if (status) fail("a good frame", message);
        look_at_map(map);
        judge(detector, &frame, map);
        check_older_app(detector, &frame);
        refuse(detector, &frame, map);
        free_frame(&frame);
        done++;
    }
    dbd_map_free(map);
    dbd_free(detector);
    /* Damaged models, from odd addresses: refused or taken, never followed out of the file. */
    uint8_t *copy = malloc(options.detail_bytes + 1);
    for (int i = 0; i < 20 * atoi(words[3]); i++) {
        size_t size = any(3) ? options.detail_bytes : (size_t)any((int)options.detail_bytes);
        memcpy(copy + 1, options.detail, options.detail_bytes);
        for (int k = any(4); k >= 0; k--) copy[1 + any(5000)] = (uint8_t)any(256);
        dbd_options damaged = {.size = sizeof damaged, .threads = 1, .model = options.model};
        damaged.model_bytes = options.model_bytes;
        uint8_t *exact = malloc(size + 1);
        memcpy(exact + 1, copy + 1, size);
        damaged.detail = exact + 1;
        damaged.detail_bytes = size;
        check(dbd_create(&damaged, &detector, message), message);
        dbd_free(detector);
        free(exact);
    }
    free(copy);
    free((void *)options.model);
    free((void *)options.detail);
    printf("%d\n", done);
    return 0;
}
