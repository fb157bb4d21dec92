/* Judges regions and subjects of photos by what a meter measures in their own pixels. */
#ifndef DBD_JUDGE_H
#define DBD_JUDGE_H

#include "region.h"
#include "subject.h"
#include "verdict.h"

/* Memory that is used again from photo to photo. */
typedef struct dbd_judgement {
    dbd_meter meter;
    dbd_look look;
    dbd_subject_finder finder;
    uint8_t places[DBD_MAX_PLACES];
} dbd_judgement;

/* Makes one; it does not take the meter over. NULL where memory is short. */
dbd_judgement *dbd_judgement_make(dbd_meter meter);

/* Checks a strictness; gives 1.85 pixels at 100 % for NULL. DBD_ARGUMENT. */
dbd_status dbd_take_strictness(
        const dbd_strictness *given, dbd_strictness *strictness, char *message);

/* Judges a region. */
dbd_status dbd_judge_region(
        dbd_judgement *judgement,
        const dbd_view *view,
        const dbd_region *region,
        const dbd_strictness *strictness,
        dbd_focus *focus,
        char *message);

/* Judges the subject that a photo's map shows. */
dbd_status dbd_judge_subject(
        dbd_judgement *judgement,
        const dbd_view *view,
        const dbd_map *map,
        const dbd_strictness *strictness,
        dbd_focus *focus,
        char *message);

/* The pixels that the coarsest level needs around a box, and so the others too. */
dbd_part dbd_part_around(
        dbd_tiles *tiles, dbd_cells box, int32_t width, int32_t height, int32_t coarsest);

void dbd_judgement_free(dbd_judgement *judgement);

#endif
