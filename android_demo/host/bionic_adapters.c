// What Android's C library (bionic, 64-bit) does otherwise than glibc: one bionic_NAME for each NAME.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int *bionic___errno(void) { return &errno; }

// TensorFlow Lite turns XNNPACK off below API level 20, which it asks for here.
EXPORT int bionic___system_property_get(const char *name, char *value) {
  strcpy(value, strcmp(name, "ro.build.version.sdk") ? "" : "34");
  return strlen(value);
}

EXPORT void bionic_android_set_abort_message(const char *text) {
  fprintf(stderr, "abort: %s\n", text);
}

// The library writes the same to stderr itself.
EXPORT int bionic___android_log_vprint(int p, const char *tag, const char *format, va_list rest) {
  return 0;
}

EXPORT size_t bionic___strlen_chk(const char *text, size_t size) { return strlen(text); }

extern int __xpg_strerror_r(int, char *, size_t);
EXPORT int bionic_strerror_r(int code, char *text, size_t size) {
  return __xpg_strerror_r(code, text, size);
}

EXPORT long bionic_sysconf(int name) {
  switch (name) {
    case 0x06: return sysconf(_SC_CLK_TCK);
    case 0x27:
    case 0x28: return sysconf(_SC_PAGESIZE);
    case 0x60: return sysconf(_SC_NPROCESSORS_CONF);
    case 0x61: return sysconf(_SC_NPROCESSORS_ONLN);
    case 0x62: return sysconf(_SC_PHYS_PAGES);
    case 0x63: return sysconf(_SC_AVPHYS_PAGES);
    default: fprintf(stderr, "sysconf(0x%x) is not known here\n", name); return -1;
  }
}

// glibc's own would clear the size of its mutex, which is larger than bionic's on arm64.
EXPORT int bionic_pthread_mutex_init(int *mutex, const int *kind) {
  memset(mutex, 0, 40);
  if (kind) mutex[4] = *kind & 3;
  return 0;
}

// bionic aligns a condition to 4 bytes; glibc's has 8-byte atomics, which arm64 refuses there. So the
// condition proper is allocated, and bionic's 48 bytes, zero at first, keep its address.
static pthread_cond_t *condition(char *place) {
  pthread_cond_t **kept = (pthread_cond_t **)(((uintptr_t)place + 7) & ~(uintptr_t)7);
  pthread_cond_t *found = __atomic_load_n(kept, __ATOMIC_ACQUIRE);
  if (!found) {
    pthread_cond_t *made = calloc(1, sizeof *made);
    if (__atomic_compare_exchange_n(kept, &found, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      return made;
    }
    free(made);
  }
  return found;
}
EXPORT int bionic_pthread_cond_init(char *place, const void *kind) {
  memset(place, 0, 48);
  return 0;
}
EXPORT int bionic_pthread_cond_destroy(char *place) {
  free(condition(place));
  memset(place, 0, 48);
  return 0;
}
EXPORT int bionic_pthread_cond_wait(char *place, pthread_mutex_t *mutex) {
  return pthread_cond_wait(condition(place), mutex);
}
EXPORT int bionic_pthread_cond_signal(char *place) {
  return pthread_cond_signal(condition(place));
}
EXPORT int bionic_pthread_cond_broadcast(char *place) {
  return pthread_cond_broadcast(condition(place));
}

// bionic's streams may be &__sF[0..2], 152 bytes each.
EXPORT char *standin_files;
static FILE *stream(FILE *file) {
  size_t offset = (char *)file - standin_files;
  if (!standin_files || offset >= 3 * 152) return file;
  return offset < 152 ? stdin : offset < 304 ? stdout : stderr;
}
EXPORT int bionic_fflush(FILE *f) { return fflush(stream(f)); }
EXPORT int bionic_fileno(FILE *f) { return fileno(stream(f)); }
EXPORT int bionic_fputc(int c, FILE *f) { return fputc(c, stream(f)); }
EXPORT size_t bionic_fread(void *p, size_t s, size_t n, FILE *f) {
  return fread(p, s, n, stream(f));
}
EXPORT size_t bionic_fwrite(const void *p, size_t s, size_t n, FILE *f) {
  return fwrite(p, s, n, stream(f));
}
EXPORT int bionic_vfprintf(FILE *f, const char *format, va_list rest) {
  return vfprintf(stream(f), format, rest);
}
EXPORT int bionic_fprintf(FILE *f, const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  int written = vfprintf(stream(f), format, rest);
  va_end(rest);
  return written;
}
