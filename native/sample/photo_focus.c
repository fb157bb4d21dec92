/*
 * What in a photo is out of focus: `photo_focus LITE DETAIL PHOTO.ppm` prints the share that
 * is blurred, and whether the subject is sharp. README.md shows the parts between the marks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dbd.h"

static int fail(const char *message) {
    fprintf(stderr, "%s\n", message);
    return 1;
}

static void *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    long end = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    void *bytes = end > 0 ? malloc((size_t)end) : NULL;
    if (bytes) {
        rewind(file);
        *size = fread(bytes, 1, (size_t)end, file);
    }
    if (file) fclose(file);
    return bytes;
}

int main(int count, char **words) {
    if (count != 4) return fail("photo_focus LITE.tflite DETAIL.tflite PHOTO.ppm");
    size_t lite_size = 0, detail_size = 0, size = 0;
    void *lite = read_file(words[1], &lite_size);
    void *detail = read_file(words[2], &detail_size);
    uint8_t *photo = read_file(words[3], &size);
    int width = 0, height = 0, start = 0;
    if (!lite || !detail || !photo) return fail("a file cannot be read");
    if (sscanf((char *)photo, "P6 %d %d 255%n", &width, &height, &start) != 2 || !start) {
        return fail("the photo is no 8-bit PPM file");
    }
    const uint8_t *pixels = photo + start + 1;

    /* guide: Once. */
    char message[DBD_MESSAGE_BYTES];
    dbd_detector *detector;
    dbd_map *map;
    dbd_options options = {.size = sizeof options, .threads = 2};
    options.model = lite;
    options.model_bytes = lite_size;
    options.detail = detail;
    options.detail_bytes = detail_size;
    if (dbd_create(&options, &detector, message)) return fail(message);
    if (dbd_map_create(detector, &map, message)) return fail(message);
    /* guide: For every photo or frame. */
    dbd_frame frame = {.size = sizeof frame, .format = DBD_RGB, .width = width, .height = height};
    frame.planes[0].pixels = pixels;
    frame.planes[0].bytes = size - (size_t)start - 1;
    frame.planes[0].row_stride = width * 3;
    frame.planes[0].pixel_stride = 3;
    if (dbd_detect(detector, &frame, map, message)) return fail(message);
    printf("%.0f %% blurred\n", 100 * dbd_map_blurred_fraction(map));
    dbd_focus focus = {.size = sizeof focus};
    if (dbd_judge(detector, &frame, NULL, map, NULL, &focus, message)) return fail(message);
    puts(focus.reason);
    /* guide: In the end. */
    dbd_map_free(map);
    dbd_free(detector);
    /* guide: end */

    free(lite);
    free(detail);
    free(photo);
    return 0;
}
