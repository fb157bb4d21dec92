/* The smaller and the larger of two whole numbers. */
#ifndef DBD_LEAST_H
#define DBD_LEAST_H

#include <stdint.h>

static inline int32_t dbd_least(int32_t one, int32_t other) {
    return one < other ? one : other;
}

static inline int32_t dbd_most(int32_t one, int32_t other) {
    return one > other ? one : other;
}

#endif
