/*
 * A blur map in; where the photo's subject is, a coarse grid of places, out: what is in focus, hangs
 * together and is near the middle. The Python runtime's subject.py.
 */
#ifndef DBD_SUBJECT_H
#define DBD_SUBJECT_H

#include "judge_constants.h"
#include "map.h"

enum { DBD_MAX_PLACES = DBD_MAX_GRID * DBD_MAX_GRID };

/* A part of the grid that hangs together. */
typedef struct dbd_grid_part {
    int32_t number;
    int32_t size;
    double worth;
} dbd_grid_part;

typedef struct dbd_subject_finder {
    int32_t columns;
    int32_t rows;
    /* Of the photo, for its shape. */
    int32_t width;
    int32_t height;
    /* By place: 1 = in focus. */
    double focus[DBD_MAX_PLACES];
    double worth[DBD_MAX_PLACES];
    /* By place: number of its part, 0 where it has none. */
    int32_t part_of[DBD_MAX_PLACES];
    int32_t queue[DBD_MAX_PLACES];
    /* Those that may be the subject; first the one with the most focus near the middle. */
    int32_t part_count;
    dbd_grid_part parts[DBD_MAX_PLACES];
} dbd_subject_finder;

/* Looks over a map, and finds what may be the subject. */
void dbd_find_subjects(dbd_subject_finder *finder, const dbd_map *map);

/* The places of the part that stands at a place in the list: 1 = in it. */
void dbd_subject_places(const dbd_subject_finder *finder, int32_t i, uint8_t *places);

/* Those of the part to look at where nothing is in focus. */
void dbd_least_blurred(const dbd_subject_finder *finder, uint8_t *places);

#endif
