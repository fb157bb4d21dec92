#include <stdlib.h>
#include <string.h>

#include "app_struct.h"
#include "interpreter.h"
#include "judge.h"
#include "squash.h"

enum { MAX_THREADS = 256, MODEL_ALIGNMENT = 16 };

struct dbd_detector {
    dbd_model model;
    dbd_interpreter *interpreter;
    dbd_squash squash;
    uint8_t *rgb;
    /* Copies of models that do not start where FlatBuffers do. */
    void *copies[2];
    /* NULL for one that does not judge. */
    dbd_judgement *judgement;
    dbd_model detail;
    dbd_interpreter *detail_interpreter;
    dbd_tile_reader reader;
    /* Made when a subject without a map is judged for the first time. */
    dbd_map *own_map;
};

int32_t dbd_interface(void) {
    return DBD_INTERFACE;
}

/* A model's bytes from a multiple of 16 on, copied where need be; NULL where memory is short. */
static const void *aligned(const void *bytes, size_t size, void **copy) {
    if ((uintptr_t)bytes % MODEL_ALIGNMENT == 0) return bytes;
    *copy = malloc(size + MODEL_ALIGNMENT);
    if (!*copy) return NULL;
    uint8_t *start = *copy;
    start += MODEL_ALIGNMENT - (uintptr_t)start % MODEL_ALIGNMENT;
    return memcpy(start, bytes, size);
}

/* dbd_meter's read, by the detail model. */
static dbd_status measure(
        void *self,
        const dbd_view *view,
        dbd_part part,
        int32_t level,
        dbd_cells cells,
        uint8_t *codes,
        int32_t columns,
        char *message) {
    dbd_detector *detector = self;
    const uint8_t *said;
    dbd_read_tile(&detector->reader, view, part, level, cells);
    dbd_status status = dbd_interpreter_run(
            detector->detail_interpreter, detector->reader.rgb, &said, message);
    if (status) return status;
    size_t tile_row = (size_t)detector->judgement->meter.tile_columns * 3;
    size_t wanted = (size_t)(cells.right - cells.left) * 3;
    for (int32_t row = cells.top; row < cells.bottom; row++, said += tile_row) {
        memcpy(codes + ((size_t)row * columns + cells.left) * 3, said, wanted);
    }
    return DBD_OK;
}

static dbd_status open_detail(
        dbd_detector *detector, const dbd_options *options, char *message) {
    const void *bytes = aligned(options->detail, options->detail_bytes, &detector->copies[1]);
    if (!bytes) return dbd_no_memory(message);
    dbd_model *detail = &detector->detail;
    dbd_status status = dbd_check_detail_model(bytes, options->detail_bytes, detail, message);
    if (!status) {
        status = dbd_interpreter_open(
                detail, options->threads, &detector->detail_interpreter, message);
    }
    int32_t width = detail->input.shape[2], height = detail->input.shape[1];
    if (!status) status = dbd_tile_reader_make(&detector->reader, width, height, message);
    if (status) return status;
    detector->judgement = dbd_judgement_make((dbd_meter){
            .self = detector,
            .tile_columns = width / DBD_CELL,
            .tile_rows = height / DBD_CELL,
            .read = measure,
    });
    return detector->judgement ? DBD_OK : dbd_no_memory(message);
}

static dbd_status open_models(dbd_detector *detector, const dbd_options *options, char *message) {
    const void *bytes = aligned(options->model, options->model_bytes, &detector->copies[0]);
    if (!bytes) return dbd_no_memory(message);
    dbd_model *model = &detector->model;
    dbd_status status = dbd_check_blur_model(bytes, options->model_bytes, model, message);
    if (!status) {
        status = dbd_interpreter_open(model, options->threads, &detector->interpreter, message);
    }
    if (!status && options->detail) status = open_detail(detector, options, message);
    if (status) return status;
    detector->squash.width = model->input.shape[2];
    detector->squash.height = model->input.shape[1];
    detector->rgb = malloc((size_t)detector->squash.width * detector->squash.height * 3);
    return detector->rgb ? dbd_ok(message) : dbd_no_memory(message);
}

dbd_status dbd_create(const dbd_options *given, dbd_detector **made, char *message) {
    if (!made) return dbd_is_null(message, "A place for the detector");
    *made = NULL;
    if (!given) return dbd_is_null(message, "A dbd_options");
    dbd_options options = {0};
    DBD_TAKE(options, given, message);
    if (!options.model) return dbd_is_null(message, "A model");
    if (options.threads < 1 || options.threads > MAX_THREADS) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "threads is from 1 to %d, got %d.",
                MAX_THREADS,
                (int)options.threads);
    }
    dbd_detector *detector = calloc(1, sizeof *detector);
    if (!detector) return dbd_no_memory(message);
    dbd_status status = open_models(detector, &options, message);
    if (status) {
        dbd_free(detector);
        return status;
    }
    *made = detector;
    return DBD_OK;
}

void dbd_free(dbd_detector *detector) {
    if (!detector) return;
    dbd_interpreter_close(detector->interpreter);
    dbd_interpreter_close(detector->detail_interpreter);
    dbd_judgement_free(detector->judgement);
    dbd_tile_reader_free(&detector->reader);
    dbd_squash_free(&detector->squash);
    dbd_map_free(detector->own_map);
    free(detector->rgb);
    free(detector->copies[0]);
    free(detector->copies[1]);
    free(detector);
}

static int32_t map_width(const dbd_detector *detector) {
    return detector->model.output.shape[2];
}

static int32_t map_height(const dbd_detector *detector) {
    return detector->model.output.shape[1];
}

static bool has_photo(const dbd_detector *detector) {
    return map_width(detector) == detector->squash.width
           && map_height(detector) == detector->squash.height;
}

dbd_status dbd_map_create(const dbd_detector *detector, dbd_map **map, char *message) {
    if (!map) return dbd_is_null(message, "A place for the map");
    *map = NULL;
    if (!detector) return dbd_is_null(message, "A detector");
    const dbd_tensor *output = &detector->model.output;
    return dbd_map_make(
            map_width(detector),
            map_height(detector),
            dbd_read_scale(output),
            output->zero_point,
            has_photo(detector),
            map,
            message);
}

static dbd_status check_map(const dbd_detector *detector, const dbd_map *map, char *message) {
    const dbd_tensor *output = &detector->model.output;
    bool is_same = map->width == map_width(detector) && map->height == map_height(detector)
                   && map->scale == dbd_read_scale(output)
                   && map->zero_point == output->zero_point
                   && (map->rgb != NULL) == has_photo(detector);
    if (is_same) return DBD_OK;
    return dbd_say(
            message, DBD_ARGUMENT, "The map is of another model: make it with dbd_map_create.");
}

static dbd_status detect(
        dbd_detector *detector, const dbd_view *view, dbd_map *map, char *message) {
    const uint8_t *values;
    dbd_status status = dbd_squash_frame(&detector->squash, view, detector->rgb, message);
    if (!status) {
        status = dbd_interpreter_run(detector->interpreter, detector->rgb, &values, message);
    }
    if (status) return status;
    dbd_map_fill(map, values, detector->rgb, view->photo_width, view->photo_height);
    return dbd_ok(message);
}

dbd_status dbd_detect(
        dbd_detector *detector, const dbd_frame *frame, dbd_map *map, char *message) {
    if (!detector) return dbd_is_null(message, "A detector");
    if (!map) return dbd_is_null(message, "A map");
    dbd_view view;
    dbd_status status = check_map(detector, map, message);
    if (!status) status = dbd_look_at(frame, &view, message);
    return status ? status : detect(detector, &view, map, message);
}

static dbd_status judge_subject(
        dbd_detector *detector,
        const dbd_view *view,
        const dbd_map *map,
        const dbd_strictness *strictness,
        dbd_focus *focus,
        char *message) {
    dbd_status status = DBD_OK;
    if (!map) {
        if (!detector->own_map) status = dbd_map_create(detector, &detector->own_map, message);
        if (!status) status = detect(detector, view, detector->own_map, message);
        if (status) return status;
        map = detector->own_map;
    } else if (map->photo_width != view->photo_width || map->photo_height != view->photo_height) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "The blur map is of another photo: it is for %dx%d, got %dx%d.",
                (int)map->photo_width,
                (int)map->photo_height,
                (int)view->photo_width,
                (int)view->photo_height);
    } else {
        status = check_map(detector, map, message);
        if (status) return status;
    }
    return dbd_judge_subject(detector->judgement, view, map, strictness, focus, message);
}

dbd_status dbd_judge(
        dbd_detector *detector,
        const dbd_frame *frame,
        const dbd_region *region,
        const dbd_map *map,
        const dbd_strictness *given,
        dbd_focus *focus,
        char *message) {
    if (!detector) return dbd_is_null(message, "A detector");
    if (!focus) return dbd_is_null(message, "A dbd_focus");
    if (!detector->judgement) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "This detector was made without a model that measures blur: give dbd_create the model"
                " detail.");
    }
    dbd_focus found = {0};
    DBD_TAKE(found, focus, message);
    size_t size = found.size;
    dbd_strictness strictness;
    dbd_view view;
    dbd_status status = dbd_take_strictness(given, &strictness, message);
    if (!status) status = dbd_look_at(frame, &view, message);
    if (!status && region) {
        status = dbd_judge_region(
                detector->judgement, &view, region, &strictness, &found, message);
    } else if (!status) {
        status = judge_subject(detector, &view, map, &strictness, &found, message);
    }
    if (status) return status;
    found.size = size;
    memcpy(focus, &found, size < sizeof found ? size : sizeof found);
    return dbd_ok(message);
}
