/* What of Android's C library (bionic) the native library uses, as the C standard declares it: for a
 * build without the NDK. */
#ifndef DBD_BIONIC_STRING_H
#define DBD_BIONIC_STRING_H

#include <stddef.h>

int memcmp(const void *one, const void *other, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
char *strchr(const char *text, int character);
size_t strlen(const char *text);

#endif
