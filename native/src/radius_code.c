#include "radius_code.h"

#include <math.h>

#include "judge_constants.h"

static const double PI = 3.14159265358979323846;

int dbd_log2_level(int32_t level) {
    return level >= 8 ? 3 : level >= 4 ? 2 : level >= 2 ? 1 : 0;
}

float dbd_in_photo(double radius_px, int32_t level) {
    double crisp = DBD_CRISP_PX * DBD_CRISP_PX;
    double square = radius_px * radius_px;
    double in_photo = crisp + level * level * (square - crisp);
    return (float)sqrt(in_photo > square ? in_photo : square);
}

/* erf(x) for x of 0 or more, by the series whose terms are all positive. */
static double error_function(double x) {
    if (x > 6) return 1;
    double term = x, sum = x;
    for (int n = 1; term > sum * 1e-17; n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
    }
    return 2 / sqrt(PI) * exp(-x * x) * sum;
}

static double between(double low, double high, int code) {
    return low + (high - low) * code / 256;
}

void dbd_make_radius_code(dbd_radius_code *made) {
    for (int code = 0; code < 256; code++) {
        double radius = between(DBD_LOWEST_LOG2_RADIUS, DBD_HIGHEST_LOG2_RADIUS, code);
        double spread = between(DBD_LOWEST_LOG2_SPREAD, DBD_HIGHEST_LOG2_SPREAD, code);
        double deviations = DBD_TOLERANCE / pow(2, spread);
        made->radius_px[code] = (float)pow(2, radius);
        made->confidence[code] = (float)error_function(deviations / sqrt(2));
        made->motion[code] = (float)code / 256;
        for (int i = 0; i < 4; i++) {
            made->in_photo_px[i][code] = dbd_in_photo(made->radius_px[code], 1 << i);
        }
    }
}
