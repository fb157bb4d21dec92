/* One model in TensorFlow Lite's interpreter, through its C functions. */
#ifndef DBD_INTERPRETER_H
#define DBD_INTERPRETER_H

#include "model.h"

typedef struct dbd_interpreter dbd_interpreter;

/*
 * Opens an interpreter, and checks that it sees in the model what was read in its file. The model's
 * bytes stay in use.
 *
 * DBD_MODEL: TensorFlow Lite refuses the model
 * DBD_MEMORY
 */
dbd_status dbd_interpreter_open(
        const dbd_model *model, int32_t threads, dbd_interpreter **interpreter, char *message);

/* Runs a model on the bytes of its input; its output, good until the next run. DBD_BACKEND. */
dbd_status dbd_interpreter_run(
        dbd_interpreter *interpreter,
        const uint8_t *input,
        const uint8_t **output,
        char *message);

void dbd_interpreter_close(dbd_interpreter *interpreter);

#endif
