#include "message.h"

#include <stdarg.h>
#include <stdio.h>

dbd_status dbd_say(char *message, dbd_status status, const char *format, ...) {
    if (message) {
        va_list rest;
        va_start(rest, format);
        vsnprintf(message, DBD_MESSAGE_BYTES, format, rest);
        va_end(rest);
    }
    return status;
}

dbd_status dbd_ok(char *message) {
    if (message) message[0] = 0;
    return DBD_OK;
}

dbd_status dbd_no_memory(char *message) {
    return dbd_say(message, DBD_MEMORY, "There is not enough memory.");
}

dbd_status dbd_is_null(char *message, const char *what) {
    return dbd_say(message, DBD_ARGUMENT, "%s is expected, got NULL.", what);
}
