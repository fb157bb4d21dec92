/* See string.h. */
#ifndef DBD_BIONIC_STDLIB_H
#define DBD_BIONIC_STDLIB_H

#include <stddef.h>

int abs(int number);
void *calloc(size_t count, size_t size);
void free(void *memory);
void *malloc(size_t size);
void qsort(void *start, size_t count, size_t size, int (*compare)(const void *, const void *));

#endif
