#include "verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "judge_constants.h"

typedef struct statistic {
    /* NaN where too little is known. */
    double radius_px;
    bool is_motion;
    double confidence;
} statistic;

/* The bits of a radius, which is above 0: they are in the radii's order. */
static int64_t ordered(float radius, int32_t cell) {
    uint32_t bits;
    memcpy(&bits, &radius, sizeof bits);
    return (int64_t)bits << 32 | cell;
}

/* The cell at which so much of what is known is reached. */
static int32_t quantile(const dbd_look *look, int32_t count, double enough) {
    double sum = 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t cell = (int32_t)(look->order[i] & 0x7FFFFFFF);
        sum += look->weight[cell];
        if (sum >= enough) return cell;
    }
    return (int32_t)(look->order[count - 1] & 0x7FFFFFFF);
}

static statistic sum_up(dbd_look *look, double share) {
    int32_t count = 0;
    double all = 0, known = 0, sure = 0, blurred = 0, moved = 0;
    for (int32_t i = 0; i < look->columns * look->rows; i++) {
        double weight = look->weight[i];
        all += weight;
        if (!look->is_measured[i] || weight <= 0) continue;
        known += weight;
        sure += weight * look->confidence[i];
        if (look->radius[i] > (float)DBD_MAX_RADIUS_PX) {
            blurred += weight;
            if (look->motion[i] > (float)DBD_IS_MOTION) moved += weight;
        }
        look->order[count++] = ordered(look->radius[i], i);
    }
    statistic found = {.radius_px = NAN, .confidence = known > 0 ? sure / known : 0};
    double nearly = 1 - DBD_ROUNDING;
    if (count >= DBD_MIN_CELLS && known >= DBD_MIN_SHARE * all * nearly) {
        dbd_sort(look->order, count);
        found.radius_px = look->radius[quantile(look, count, share * known * nearly)];
        double half = blurred / 2 * (1 + DBD_ROUNDING);
        found.is_motion = found.radius_px > DBD_MAX_RADIUS_PX && moved > half;
    }
    return found;
}

bool dbd_is_crisp(const dbd_look *look, double share) {
    int32_t count = 0;
    double all = 0, crisp = 0;
    for (int32_t i = 0; i < look->columns * look->rows; i++) {
        all += look->weight[i];
        if (look->weight[i] > 0 && look->is_measured[i]
            && look->radius[i] <= (float)DBD_MAX_RADIUS_PX) {
            crisp += look->weight[i];
            count++;
        }
    }
    return count >= DBD_MIN_CELLS && crisp >= share * all;
}

/* What the lens added to a measured radius; 0 for a crisp one. */
static double lens_blur(double radius_px) {
    double added = radius_px * radius_px - DBD_CRISP_PX * DBD_CRISP_PX;
    return added > 0 ? sqrt(added) : 0;
}

static int32_t verdict_of(double lens_blur_px, int32_t width, const dbd_question *question) {
    double added = lens_blur_px * (width > 0 ? width : question->photo_width)
                   / question->photo_width;
    double radius_px = hypot(DBD_CRISP_PX, added);
    if (radius_px <= question->max_radius_px) return DBD_SHARP;
    return radius_px <= DBD_SOFT_FACTOR * question->max_radius_px ? DBD_SOFT : DBD_BLURRED;
}

static const char *said(int32_t verdict, bool is_motion) {
    if (verdict == DBD_SHARP) return "sharp";
    if (verdict == DBD_SOFT) return is_motion ? "soft by motion" : "soft";
    return is_motion ? "blurred by motion" : "blurred";
}

static void say_undecidable(const dbd_question *question, dbd_focus *focus) {
    const char *format =
            question->cells < DBD_MIN_CELLS
                    ? "%sthe %s is too small to judge: take one of 32 pixels a side or more"
                    : "%sno texture in the %s that could be sharp or not";
    snprintf(focus->reason, sizeof focus->reason, format, question->remark, question->where);
}

static void say_decided(const dbd_question *question, int32_t at_full, dbd_focus *focus) {
    bool is_motion = focus->is_motion;
    /* As Python rounds, by the number's exact value: ten times a float is exact in a double. */
    long tenths = lrint(focus->blur_radius_px * 10);
    char radius[40], where[64] = " at 100 %";
    snprintf(radius, sizeof radius, "blur radius %ld.%ld px", tenths / 10, tenths % 10);
    const char *verdict = said(focus->verdict, is_motion);
    if (question->at_width > 0 && focus->verdict != DBD_SHARP) {
        snprintf(where, sizeof where, " at %d pixels", (int)question->at_width);
    } else if (question->at_width > 0) {
        verdict = "sharp to the eye";
        bool is_same = at_full == DBD_SHARP;
        snprintf(
                where,
                sizeof where,
                " at %d pixels%s%s at 100 %%",
                (int)question->at_width,
                is_same ? " and" : ", ",
                is_same ? "" : said(at_full, is_motion));
    }
    snprintf(
            focus->reason,
            sizeof focus->reason,
            "%s%s%s: %s",
            question->remark,
            verdict,
            where,
            radius);
}

void dbd_sum_up(dbd_look *look, const dbd_question *question, dbd_focus *focus) {
    statistic found = sum_up(look, question->share);
    *focus = (dbd_focus){
            .verdict = DBD_UNDECIDABLE,
            .is_motion = found.is_motion,
            .blur_radius_px = found.radius_px,
            .lens_blur_px = NAN,
            .score = NAN,
            .confidence = found.confidence < 1 ? found.confidence : 1,
            .left = question->box.left,
            .top = question->box.top,
            .right = question->box.right,
            .bottom = question->box.bottom,
            .is_subject_found = question->is_subject_found,
            .photo_width = question->photo_width,
            .photo_height = question->photo_height,
    };
    if (isnan(found.radius_px)) {
        say_undecidable(question, focus);
        return;
    }
    double added = lens_blur(found.radius_px);
    double width = question->photo_width;
    focus->lens_blur_px = added;
    focus->verdict = verdict_of(added, question->at_width, question);
    double sharp = added > 0 ? width * lens_blur(question->max_radius_px) / added : width;
    focus->sharp_width_px = (int32_t)(sharp < 1 ? 1 : sharp < width ? sharp : width);
    int32_t seen_at = question->at_width > 0 ? question->at_width : DBD_SCORE_WIDTH;
    double halves = added * seen_at / width / DBD_HALF_SCORE_PX;
    focus->score = 1 / (1 + pow(halves, DBD_SCORE_POWER));
    say_decided(question, verdict_of(added, 0, question), focus);
}
