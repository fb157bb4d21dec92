/*
 * Runs the library on decoded photos, for a comparison with the Python runtime and the Java library:
 *
 *     run_photos detect MODEL THREADS PHOTO WIDTH HEIGHT MAP [PHOTO WIDTH HEIGHT MAP ...]
 *     run_photos judge MODEL DETAIL THREADS OUT PHOTO WIDTH HEIGHT BOX [PHOTO WIDTH HEIGHT BOX ...]
 *
 * A photo is a file of RGB bytes, a map one of the model's uint8 output, a box four numbers with commas
 * between them, or `subject`. The file OUT gets a line for each: verdict, radius, confidence, box,
 * reason, with tabs between them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dbd.h"

/* Android keeps its stack guard here, where glibc on arm64 would have a library's variables. */
__thread volatile char android_slots[256] __attribute__((aligned(16)));

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void *file_bytes(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    void *bytes = malloc(*size ? *size : 1);
    if (fread(bytes, 1, *size, file) != *size) fail(path);
    fclose(file);
    return bytes;
}

static dbd_detector *detector_of(const char *model, const char *detail, const char *threads) {
    char message[DBD_MESSAGE_BYTES];
    dbd_detector *detector;
    dbd_options options = {.size = sizeof options, .threads = atoi(threads)};
    options.model = file_bytes(model, &options.model_bytes);
    if (detail) options.detail = file_bytes(detail, &options.detail_bytes);
    if (dbd_create(&options, &detector, message)) fail(message);
    return detector;
}

static dbd_frame frame_of(char **words) {
    dbd_frame frame = {.size = sizeof frame, .format = DBD_RGB};
    frame.width = atoi(words[1]);
    frame.height = atoi(words[2]);
    frame.planes[0].pixels = file_bytes(words[0], &frame.planes[0].bytes);
    frame.planes[0].row_stride = frame.width * 3;
    frame.planes[0].pixel_stride = 3;
    return frame;
}

static void detect(int count, char **words) {
    char message[DBD_MESSAGE_BYTES];
    dbd_detector *detector = detector_of(words[0], NULL, words[1]);
    dbd_map *map;
    dbd_map_facts facts = {.size = sizeof facts};
    if (dbd_map_create(detector, &map, message)) fail(message);
    if (dbd_map_read_facts(map, &facts, message)) fail(message);
    for (int i = 2; i + 3 < count; i += 4) {
        dbd_frame frame = frame_of(words + i);
        if (dbd_detect(detector, &frame, map, message)) fail(message);
        FILE *out = fopen(words[i + 3], "wb");
        size_t places = (size_t)facts.width * facts.height;
        if (!out || fwrite(dbd_map_values(map), 1, places, out) != places) fail(words[i + 3]);
        fclose(out);
        free((void *)frame.planes[0].pixels);
    }
    dbd_map_free(map);
    dbd_free(detector);
}

static void judge(int count, char **words) {
    static const char *const said[] = {"", "sharp", "soft", "blurred", "undecidable"};
    char message[DBD_MESSAGE_BYTES];
    dbd_detector *detector = detector_of(words[0], words[1], words[2]);
    FILE *out = fopen(words[3], "w");
    if (!out) fail(words[3]);
    for (int i = 4; i + 3 < count; i += 4) {
        dbd_frame frame = frame_of(words + i);
        double sides[4];
        dbd_region box = {.size = sizeof box, .kind = DBD_BOX, .numbers = sides, .count = 4};
        dbd_focus focus = {.size = sizeof focus};
        int found = sscanf(
                words[i + 3], "%lf,%lf,%lf,%lf", &sides[0], &sides[1], &sides[2], &sides[3]);
        if (dbd_judge(detector, &frame, found == 4 ? &box : NULL, NULL, NULL, &focus, message)) {
            fail(message);
        }
        fprintf(out, "%s\t%.17g\t%.17g\t%d,%d,%d,%d\t%s\n", said[focus.verdict],
                focus.blur_radius_px, focus.confidence, focus.left, focus.top, focus.right,
                focus.bottom, focus.reason);
        free((void *)frame.planes[0].pixels);
    }
    fclose(out);
    dbd_free(detector);
}

int main(int count, char **words) {
    android_slots[0] = 1;
    if (count > 6 && strcmp(words[1], "detect") == 0) {
        detect(count - 2, words + 2);
    } else if (count > 8 && strcmp(words[1], "judge") == 0) {
        judge(count - 2, words + 2);
    } else {
        fail("run_photos detect|judge ...");
    }
    return 0;
}
