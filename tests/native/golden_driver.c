/*
 * Runs the library's parts on golden vectors: a command a line on standard input, its words with spaces
 * between them, one line of answer each. test_golden.py compares; `-` stands for what is not there.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "judge_constants.h"
#include "model.h"
#include "squash.h"

enum { MAX_WORDS = 200 };

static char *words[MAX_WORDS];
static int next_word;
static dbd_map *map;

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static const char *word(void) {
    const char *found = words[next_word];
    if (!found) fail("a command lacks words");
    next_word++;
    return found;
}

static int whole(void) {
    return atoi(word());
}

static uint8_t *file_bytes(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size ? *size : 1);
    if (fread(bytes, 1, *size, file) != *size) fail(path);
    fclose(file);
    return bytes;
}

static void write_bytes(const char *path, const uint8_t *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size) fail(path);
    fclose(file);
}

static void check(dbd_status status, const char *message) {
    if (status) fail(message);
}

/* The columns of squash.tsv up to `mirrored`, as a view over the file's bytes, which are to be freed. */
static uint8_t *view_of_words(dbd_view *view) {
    char message[DBD_MESSAGE_BYTES];
    size_t size;
    uint8_t *bytes = file_bytes(word(), &size);
    const char *kind = word();
    dbd_frame frame = {.size = sizeof frame};
    frame.format = strcmp(kind, "yuv") == 0 ? DBD_YUV_420 : DBD_RGB;
    frame.width = whole();
    frame.height = whole();
    int row_stride = whole();
    int u_at = whole(), v_at = whole();
    int chroma_row_stride = whole(), chroma_pixel_stride = whole();
    int pixel_stride = frame.format == DBD_RGB ? (int)strlen(kind) : 1;
    frame.planes[0] = (dbd_plane){bytes, size, row_stride, pixel_stride};
    if (frame.format == DBD_YUV_420) {
        frame.planes[1] =
                (dbd_plane){bytes + u_at, size - u_at, chroma_row_stride, chroma_pixel_stride};
        frame.planes[2] =
                (dbd_plane){bytes + v_at, size - v_at, chroma_row_stride, chroma_pixel_stride};
    }
    const char *crop = word();
    if (strcmp(crop, "whole") != 0) {
        int *sides[4] = {
                &frame.crop_left, &frame.crop_top, &frame.crop_width, &frame.crop_height};
        sscanf(crop, "%d,%d,%d,%d", sides[0], sides[1], sides[2], sides[3]);
    }
    frame.rotation = whole();
    frame.mirrored = whole();
    check(dbd_look_at(&frame, view, message), message);
    return bytes;
}

static void squash(void) {
    char message[DBD_MESSAGE_BYTES];
    dbd_view view;
    uint8_t *bytes = view_of_words(&view);
    dbd_squash squash = {.width = whole()};
    squash.height = whole();
    size_t size = (size_t)squash.width * squash.height * 3;
    uint8_t *rgb = malloc(size);
    check(dbd_squash_frame(&squash, &view, rgb, message), message);
    write_bytes(word(), rgb, size);
    dbd_squash_free(&squash);
    free(rgb);
    free(bytes);
}

static dbd_cells cells_of_words(void) {
    dbd_cells cells = {.left = whole()};
    cells.top = whole();
    cells.right = whole();
    cells.bottom = whole();
    return cells;
}

static void tile(void) {
    char message[DBD_MESSAGE_BYTES];
    dbd_view view;
    uint8_t *bytes = view_of_words(&view);
    int level = whole(), columns = whole(), rows = whole();
    dbd_cells cells = cells_of_words();
    dbd_tile_reader reader;
    check(dbd_tile_reader_make(&reader, columns * DBD_CELL, rows * DBD_CELL, message), message);
    dbd_part part = {.width = view.photo_width, .height = view.photo_height};
    dbd_read_tile(&reader, &view, part, level, cells);
    write_bytes(word(), reader.rgb, (size_t)columns * rows * DBD_CELL * DBD_CELL * 3);
    dbd_tile_reader_free(&reader);
    free(bytes);
}

/* Values, photo or -, width, height, scale, zero point, photo's width and height. */
static void take_map(void) {
    char message[DBD_MESSAGE_BYTES];
    size_t size;
    uint8_t *values = file_bytes(word(), &size);
    const char *photo = word();
    uint8_t *rgb = strcmp(photo, "-") == 0 ? NULL : file_bytes(photo, &size);
    int width = whole(), height = whole();
    float scale = (float)atof(word());
    int zero_point = whole();
    dbd_map_free(map);
    check(dbd_map_make(width, height, scale, zero_point, rgb != NULL, &map, message), message);
    int photo_width = whole();
    dbd_map_fill(map, values, rgb, photo_width, whole());
    free(values);
    free(rgb);
}

static void picture(const char *kind) {
    char message[DBD_MESSAGE_BYTES];
    size_t places = (size_t)map->width * map->height, size = places * 4;
    uint8_t *bytes = malloc(size);
    dbd_status status;
    if (strcmp(kind, "mask") == 0) {
        size = places;
        status = dbd_map_mask(map, (float)atof(word()), bytes, size, message);
    } else if (strcmp(kind, "heat_map") == 0) {
        status = dbd_map_heat_map(map, bytes, size, message);
    } else {
        status = dbd_map_focus_peaking(map, whole(), bytes, size, message);
    }
    check(status, message);
    write_bytes(word(), bytes, size);
    free(bytes);
}

static void sharpness(void) {
    char message[DBD_MESSAGE_BYTES];
    double found;
    dbd_cells box = cells_of_words();
    check(dbd_map_sharpness(map, box.left, box.top, box.right, box.bottom, &found, message),
          message);
    printf("%.17g", found);
}

static void codes(void) {
    static dbd_radius_code code;
    dbd_make_radius_code(&code);
    for (int i = 0; i < 256; i++) {
        printf("%.9g %.9g %.9g ", code.radius_px[i], code.confidence[i], code.motion[i]);
    }
}

static void print_cells(dbd_cells cells) {
    printf("%d,%d,%d,%d", cells.left, cells.top, cells.right, cells.bottom);
}

static void layout(void) {
    int columns = whole(), rows = whole();
    dbd_cells cells = cells_of_words();
    dbd_tiles tiles = {.tile_columns = whole()};
    tiles.tile_rows = whole();
    dbd_set_around(&tiles, cells, columns, rows);
    print_cells((dbd_cells){tiles.left, tiles.top, tiles.right, tiles.bottom});
    for (int i = 0; i < dbd_tile_count(&tiles); i++) {
        putchar(i == 0 ? '\t' : ';');
        print_cells(dbd_tile(&tiles, i));
    }
}

/* A region's kind and numbers; its memory is good until the next one. */
static dbd_region region_of_words(int width, int height) {
    static double numbers[MAX_WORDS];
    static uint8_t *mask;
    const char *kind = word();
    char list[4096];
    snprintf(list, sizeof list, "%s", word());
    size_t count = 0;
    for (char *part = strtok(list, ","); part; part = strtok(NULL, ",")) {
        numbers[count++] = atof(part);
    }
    dbd_region region = {.size = sizeof region, .numbers = numbers, .count = count};
    region.kind = strcmp(kind, "box") == 0       ? DBD_BOX
                  : strcmp(kind, "polygon") == 0 ? DBD_POLYGON
                  : strcmp(kind, "points") == 0  ? DBD_POINTS
                                                 : DBD_MASK;
    if (region.kind == DBD_MASK) {
        mask = realloc(mask, (size_t)width * height);
        for (int i = 0; i < width * height; i++) {
            double across = i % width - numbers[0], down = i / width - numbers[1];
            mask[i] = across * across + down * down <= numbers[2] * numbers[2];
        }
        region.mask = mask;
        region.mask_width = width;
        region.mask_height = height;
    }
    return region;
}

static void region(void) {
    char message[DBD_MESSAGE_BYTES];
    int width = whole(), height = whole();
    dbd_region given = region_of_words(width, height);
    dbd_shape shape;
    check(dbd_shape_of(&given, width, height, &shape, message), message);
    dbd_tiles around = {.tile_columns = 16, .tile_rows = 16};
    int coarsest = dbd_coarsest_level(width, height);
    dbd_part part = dbd_part_around(&around, shape.box, width, height, coarsest);
    int cells = dbd_cells_of(part.width) * dbd_cells_of(part.height);
    bool *inside = calloc((size_t)cells + 8, sizeof *inside);
    dbd_shape_cells(&shape, width, height, part, inside);
    print_cells(shape.box);
    putchar('\t');
    print_cells((dbd_cells){
            part.left, part.top, part.left + part.width, part.top + part.height});
    putchar('\t');
    for (int i = 0; i < cells; i += 8) {
        int packed = 0;
        for (int k = i; k < i + 8; k++) packed = packed << 1 | inside[k];
        printf("%02x", packed);
    }
    free(inside);
}

/* What is stored of a photo's levels, coarsest first. */
typedef struct stored {
    int width;
    const uint8_t *levels[4];
} stored;

static dbd_status read_stored(
        void *self,
        const dbd_view *view,
        dbd_part part,
        int32_t level,
        dbd_cells cells,
        uint8_t *to,
        int32_t columns,
        char *message) {
    (void)view;
    (void)message;
    const stored *codes = self;
    int all = dbd_cells_of(codes->width / level);
    int across = part.left / (DBD_CELL * level), down = part.top / (DBD_CELL * level);
    for (int row = cells.top; row < cells.bottom; row++) {
        const uint8_t *from = codes->levels[dbd_log2_level(level)]
                              + 3 * ((row + down) * all + cells.left + across);
        memcpy(to + 3 * (row * columns + cells.left), from,
               3 * (size_t)(cells.right - cells.left));
    }
    return DBD_OK;
}

static void print_number(double number) {
    if (isnan(number)) {
        printf("\t-");
    } else {
        printf("\t%.17g", number);
    }
}

static void focus(void) {
    char message[DBD_MESSAGE_BYTES];
    static const char *const said[] = {"", "sharp", "soft", "blurred", "undecidable"};
    dbd_view view = {.width = whole()};
    view.height = whole();
    view.photo_width = view.width;
    view.photo_height = view.height;
    size_t size;
    uint8_t *content = file_bytes(word(), &size);
    stored codes = {.width = view.width};
    const uint8_t *at = content;
    for (int level = dbd_coarsest_level(view.width, view.height); level; level /= 2) {
        codes.levels[dbd_log2_level(level)] = at;
        at += 3 * dbd_cells_of(view.width / level) * dbd_cells_of(view.height / level);
    }
    if (at != content + size) fail("another number of codes");
    dbd_meter meter = {.self = &codes, .read = read_stored, .tile_columns = whole()};
    meter.tile_rows = whole();
    dbd_strictness asked = {.size = sizeof asked, .max_radius_px = atof(word())}, strictness;
    asked.at_width = whole();
    check(dbd_take_strictness(&asked, &strictness, message), message);
    dbd_judgement *judgement = dbd_judgement_make(meter);
    dbd_focus found = {.size = sizeof found};
    if (strcmp(words[next_word], "subject") == 0) {
        check(dbd_judge_subject(judgement, &view, map, &strictness, &found, message), message);
    } else {
        dbd_region given = region_of_words(view.width, view.height);
        check(dbd_judge_region(judgement, &view, &given, &strictness, &found, message), message);
    }
    printf("%s\t%s", said[found.verdict], found.reason);
    print_number(found.blur_radius_px);
    print_number(found.lens_blur_px);
    print_number(found.sharp_width_px ? found.sharp_width_px : NAN);
    print_number(found.score);
    print_number(found.confidence);
    printf("\t%d\t%d,%d,%d,%d\t%d", found.is_motion, found.left, found.top, found.right,
           found.bottom, found.is_subject_found);
    dbd_judgement_free(judgement);
    free(content);
}

static void print_grid_box(const dbd_subject_finder *finder, const uint8_t *places) {
    print_cells(dbd_shape_of_grid(
                        places, finder->columns, finder->rows, finder->width, finder->height)
                        .box);
}

static void subjects(void) {
    static dbd_subject_finder finder;
    static uint8_t places[DBD_MAX_PLACES];
    dbd_find_subjects(&finder, map);
    if (finder.part_count == 0) putchar('-');
    for (int i = 0; i < finder.part_count; i++) {
        if (i > 0) putchar(';');
        dbd_subject_places(&finder, i, places);
        print_grid_box(&finder, places);
    }
    putchar('\t');
    dbd_least_blurred(&finder, places);
    print_grid_box(&finder, places);
}

/* A file, a place in it and the value that it gets: whether that is refused. */
static void model(void) {
    char message[DBD_MESSAGE_BYTES];
    size_t size;
    uint8_t *bytes = file_bytes(word(), &size);
    int place = whole();
    bytes[place] = (uint8_t)whole();
    dbd_model found;
    dbd_status status = dbd_check_blur_model(bytes, size, &found, message);
    printf("%d\t%s", status == DBD_MODEL, status ? message : "");
    free(bytes);
}

static void run(const char *command) {
    if (strcmp(command, "squash") == 0) {
        squash();
    } else if (strcmp(command, "tile") == 0) {
        tile();
    } else if (strcmp(command, "map") == 0) {
        take_map();
    } else if (strcmp(command, "fraction") == 0) {
        printf("%.17g", dbd_map_blurred_fraction(map));
    } else if (strcmp(command, "sharpness") == 0) {
        sharpness();
    } else if (strcmp(command, "codes") == 0) {
        codes();
    } else if (strcmp(command, "layout") == 0) {
        layout();
    } else if (strcmp(command, "region") == 0) {
        region();
    } else if (strcmp(command, "focus") == 0) {
        focus();
    } else if (strcmp(command, "subjects") == 0) {
        subjects();
    } else if (strcmp(command, "model") == 0) {
        model();
    } else {
        picture(command);
    }
}

int main(void) {
    static char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        int count = 0;
        for (char *part = strtok(line, " \n"); part && count + 1 < MAX_WORDS;
             part = strtok(NULL, " \n")) {
            words[count++] = part;
        }
        words[count] = NULL;
        next_word = 0;
        run(word());
        putchar('\n');
    }
    dbd_map_free(map);
    return 0;
}
