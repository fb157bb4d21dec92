#include "judge.h"

#include <math.h>
#include <stdlib.h>

#include "app_struct.h"
#include "judge_constants.h"
#include "least.h"

static const char NOTHING_SHARP[] =
        "nothing stands out as sharp, looked at the least blurred part: ";

dbd_judgement *dbd_judgement_make(dbd_meter meter) {
    dbd_judgement *judgement = calloc(1, sizeof *judgement);
    if (!judgement) return NULL;
    judgement->meter = meter;
    dbd_make_radius_code(&judgement->look.code);
    return judgement;
}

void dbd_judgement_free(dbd_judgement *judgement) {
    if (!judgement) return;
    dbd_look_free(&judgement->look);
    free(judgement);
}

dbd_status dbd_take_strictness(
        const dbd_strictness *given, dbd_strictness *strictness, char *message) {
    *strictness = (dbd_strictness){0};
    if (given) DBD_TAKE(*strictness, given, message);
    if (strictness->max_radius_px == 0) strictness->max_radius_px = DBD_MAX_RADIUS_PX;
    if (!(strictness->max_radius_px >= DBD_CRISP_PX && isfinite(strictness->max_radius_px))) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "max_radius_px is a number from 1.3, got %g.",
                strictness->max_radius_px);
    }
    if (strictness->at_width < 0 || strictness->at_width > DBD_MAX_WIDTH) {
        return dbd_say(
                message,
                DBD_ARGUMENT,
                "A photo is viewed at a width from 1 to %d pixels, got %d.",
                DBD_MAX_WIDTH,
                (int)strictness->at_width);
    }
    return DBD_OK;
}

dbd_part dbd_part_around(
        dbd_tiles *tiles, dbd_cells box, int32_t width, int32_t height, int32_t coarsest) {
    int32_t side = DBD_CELL * coarsest;
    int32_t columns = dbd_cells_of(width / coarsest), rows = dbd_cells_of(height / coarsest);
    dbd_cells cells = {
            .left = dbd_least(box.left / side, columns - 1),
            .top = dbd_least(box.top / side, rows - 1),
            .right = dbd_least((box.right + side - 1) / side, columns),
            .bottom = dbd_least((box.bottom + side - 1) / side, rows),
    };
    dbd_set_around(tiles, cells, columns, rows);
    /* The last cells have all that is left: an odd last row is on the finest level only. */
    int32_t left = side * tiles->left, top = side * tiles->top;
    int32_t right = tiles->right == columns ? width : side * tiles->right;
    int32_t bottom = tiles->bottom == rows ? height : side * tiles->bottom;
    return (dbd_part){.left = left, .top = top, .width = right - left, .height = bottom - top};
}

static dbd_status check_size(const dbd_view *view, char *message) {
    int32_t width = view->photo_width, height = view->photo_height;
    if (dbd_least(width, height) >= DBD_SMALLEST_SIDE) return DBD_OK;
    return dbd_say(
            message,
            DBD_IMAGE,
            "A photo has sides of %d pixels at least to be judged, got %dx%d.",
            DBD_SMALLEST_SIDE,
            (int)width,
            (int)height);
}

static dbd_status judge(
        dbd_judgement *judgement,
        const dbd_view *view,
        const dbd_shape *shape,
        const dbd_strictness *strictness,
        const char *remark,
        bool is_subject_found,
        dbd_focus *focus,
        char *message) {
    const dbd_meter *meter = &judgement->meter;
    dbd_look *look = &judgement->look;
    int32_t width = view->photo_width, height = view->photo_height;
    int32_t coarsest = dbd_coarsest_level(width, height);
    dbd_tiles around = {.tile_columns = meter->tile_columns, .tile_rows = meter->tile_rows};
    dbd_part part = dbd_part_around(&around, shape->box, width, height, coarsest);
    dbd_status status = dbd_look_make_room(look, part, message);
    if (status) return status;
    dbd_question question = {
            .share = is_subject_found ? DBD_SUBJECT_QUANTILE : DBD_QUANTILE,
            .max_radius_px = strictness->max_radius_px,
            .at_width = strictness->at_width,
            .photo_width = width,
            .photo_height = height,
            .cells = dbd_shape_cells(shape, width, height, part, look->inside),
            .where = shape->name,
            .remark = remark,
            .is_subject_found = is_subject_found,
            .box = shape->box,
    };
    if (is_subject_found) status = dbd_glance(look, meter, view, part, message);
    /* Where so much is crisp as decides, nothing that the rest is like could change that. */
    if (!status && !(is_subject_found && dbd_is_crisp(look, question.share))) {
        status = dbd_look_at_region(look, meter, view, part, coarsest, message);
    }
    if (!status) dbd_sum_up(look, &question, focus);
    return status;
}

dbd_status dbd_judge_region(
        dbd_judgement *judgement,
        const dbd_view *view,
        const dbd_region *region,
        const dbd_strictness *strictness,
        dbd_focus *focus,
        char *message) {
    dbd_shape shape;
    dbd_status status = check_size(view, message);
    if (!status) {
        status = dbd_shape_of(region, view->photo_width, view->photo_height, &shape, message);
    }
    if (status) return status;
    return judge(judgement, view, &shape, strictness, "", false, focus, message);
}

dbd_status dbd_judge_subject(
        dbd_judgement *judgement,
        const dbd_view *view,
        const dbd_map *map,
        const dbd_strictness *strictness,
        dbd_focus *focus,
        char *message) {
    dbd_status status = check_size(view, message);
    if (status) return status;
    int32_t width = view->photo_width, height = view->photo_height;
    dbd_subject_finder *finder = &judgement->finder;
    dbd_find_subjects(finder, map);
    bool is_blurred = finder->part_count == 0;
    int32_t count = is_blurred ? 1 : dbd_least(finder->part_count, DBD_MAX_SUBJECTS);
    for (int32_t i = 0; i < count; i++) {
        if (is_blurred) {
            dbd_least_blurred(finder, judgement->places);
        } else {
            dbd_subject_places(finder, i, judgement->places);
        }
        dbd_shape shape = dbd_shape_of_grid(
                judgement->places, finder->columns, finder->rows, width, height);
        const char *remark = is_blurred ? NOTHING_SHARP : "";
        status = judge(judgement, view, &shape, strictness, remark, true, focus, message);
        if (status || focus->verdict != DBD_UNDECIDABLE) return status;
    }
    dbd_shape whole = dbd_shape_of_photo(width, height);
    return judge(judgement, view, &whole, strictness, "", true, focus, message);
}
