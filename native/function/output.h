/* What a call gives, on its way to the instance. */
#ifndef CAMSERVER_OUTPUT_H
#define CAMSERVER_OUTPUT_H

#include "buffer.h"
#include "camserver_function.h"

/* Starts the result of a call; arrays go to `memory`. */
camserver_output *begin_output(uint32_t id, slot_memory *memory);

/* Sends the result, or the failure, according to what the function returned. */
void send_output(camserver_output *output, int status);

void send_loaded(void);
void send_load_failure(const char *message);

/* Texts of parameters that were given to the function are valid until here. */
void forget_texts(void);

#endif
