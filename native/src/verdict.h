/* What a region's cells come to, in numbers and in words: the Python runtime's, for the same cells. */
#ifndef DBD_VERDICT_H
#define DBD_VERDICT_H

#include "coarse_to_fine.h"

/* What is asked about a region, and what is known beside its cells. */
typedef struct dbd_question {
    /* The radius is the one that this share of the region falls below. */
    double share;
    double max_radius_px;
    /* 0 for the photo's own. */
    int32_t at_width;
    int32_t photo_width;
    int32_t photo_height;
    /* How many cells the region has, and what to call it. */
    int32_t cells;
    const char *where;
    /* What the reason starts with, or "". */
    const char *remark;
    bool is_subject_found;
    dbd_cells box;
} dbd_question;

/* Sums a look at a region up. */
void dbd_sum_up(dbd_look *look, const dbd_question *question, dbd_focus *focus);

/* Whether so large a share of what was looked at, known or not, is crisp for certain. */
bool dbd_is_crisp(const dbd_look *look, double share);

#endif
