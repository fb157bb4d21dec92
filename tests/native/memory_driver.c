/*
 * Runs out of memory at one allocation after another, the library's and fake_tflite.c's: each time it
 * says so, and nothing is lost. Linked with --wrap for malloc and calloc, and with sanitizers.
 *
 *     memory_driver MODEL DETAIL
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dbd.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);

/* Allocations that are left before one fails; none fails below 0. */
static int left = -1;

static bool is_refused(void) {
    return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t size) {
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return is_refused() ? NULL : __real_calloc(count, size);
}

static void *file_bytes(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(1);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    /* An odd address: the model has to be copied, too. */
    uint8_t *bytes = malloc(*size + 1);
    if (fread(bytes + 1, 1, *size, file) != *size) exit(1);
    fclose(file);
    return bytes;
}

static dbd_status run(const dbd_options *options, const dbd_frame *frame, char *message) {
    dbd_detector *detector = NULL;
    dbd_map *map = NULL;
    dbd_focus focus = {.size = sizeof focus};
    dbd_status status = dbd_create(options, &detector, message);
    if (!status) status = dbd_map_create(detector, &map, message);
    if (!status) status = dbd_detect(detector, frame, map, message);
    if (!status) status = dbd_judge(detector, frame, NULL, NULL, NULL, &focus, message);
    dbd_map_free(map);
    dbd_free(detector);
    return status;
}

int main(int count, char **words) {
    if (count != 3) return 1;
    char message[DBD_MESSAGE_BYTES];
    dbd_options options = {.size = sizeof options, .threads = 1};
    uint8_t *model = file_bytes(words[1], &options.model_bytes);
    uint8_t *detail = file_bytes(words[2], &options.detail_bytes);
    options.model = model + 1;
    options.detail = detail + 1;
    enum { WIDTH = 333, HEIGHT = 222 };
    uint8_t *pixels = malloc(WIDTH * HEIGHT * 3);
    for (int i = 0; i < WIDTH * HEIGHT * 3; i++) pixels[i] = (uint8_t)(i * 7 + i / 999);
    dbd_frame frame = {.size = sizeof frame, .format = DBD_RGB, .width = WIDTH, .height = HEIGHT};
    frame.planes[0] = (dbd_plane){pixels, WIDTH * HEIGHT * 3, WIDTH * 3, 3};
    int failures = 0;
    for (;; failures++) {
        left = failures;
        dbd_status status = run(&options, &frame, message);
        bool is_over = left >= 0;
        left = -1;
        if (is_over) {
            /* So many allocations there are: none failed, and all went well. */
            if (status != DBD_OK) return 1;
            break;
        }
        /* TensorFlow Lite cannot say that it was memory that it lacked. */
        bool is_told = status == DBD_MEMORY || status == DBD_MODEL;
        if (!is_told || strlen(message) < 10) {
            fprintf(stderr, "allocation %d: status %d, %s\n", failures, (int)status, message);
            return 1;
        }
    }
    free(model);
    free(detail);
    free(pixels);
    printf("%d\n", failures);
    return 0;
}
