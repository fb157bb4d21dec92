/* Structs of an app that may be older or newer than the library. */
#ifndef DBD_APP_STRUCT_H
#define DBD_APP_STRUCT_H

#include <string.h>

#include "message.h"

/*
 * Copies as much of a struct as its `size` says that there is; what the library knows beyond that
 * stays 0. Leaves the function with DBD_ARGUMENT where no such struct can be.
 */
#define DBD_TAKE(own, given, message)                                                          \
    do {                                                                                       \
        if ((given)->size < sizeof(size_t)) {                                                  \
            return dbd_say(                                                                    \
                    message, DBD_ARGUMENT, "A struct's size is its sizeof, got %u.",           \
                    (unsigned)(given)->size);                                                  \
        }                                                                                      \
        memcpy(&(own), given, (given)->size < sizeof(own) ? (given)->size : sizeof(own));      \
    } while (0)

#endif
