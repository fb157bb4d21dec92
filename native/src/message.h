/* What went wrong, in a sentence. */
#ifndef DBD_MESSAGE_H
#define DBD_MESSAGE_H

#include "dbd.h"

#if defined(__GNUC__)
#define DBD_LIKE_PRINTF __attribute__((format(printf, 3, 4)))
#else
#define DBD_LIKE_PRINTF
#endif

/* Writes a sentence, cut off at DBD_MESSAGE_BYTES, unless `message` is NULL; gives the status back. */
dbd_status dbd_say(char *message, dbd_status status, const char *format, ...) DBD_LIKE_PRINTF;

/* Says that all is well. */
dbd_status dbd_ok(char *message);

/* Says that memory is short. */
dbd_status dbd_no_memory(char *message);

/* Says what must not be NULL. */
dbd_status dbd_is_null(char *message, const char *what);

#endif
