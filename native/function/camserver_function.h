/*
 * Processing functions in C. A file defines
 *
 *     int camserver_process(const camserver_call *call, camserver_output *output);
 *
 * and gives it to a pipeline as `function`. It is called for each image (pipeline type processing), each message (stream), or
 * again and again (custom). It returns 0 to send what it has set, CAMSERVER_SKIP to drop the frame, and what camserver_fail
 * returns to fail. Everything that `call` points to is valid until it returns; the pixels may be changed.
 */
#ifndef CAMSERVER_FUNCTION_H
#define CAMSERVER_FUNCTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAMSERVER_ABI_VERSION 1
#define CAMSERVER_SKIP 1
#define CAMSERVER_MAX_DIMENSIONS 8

/* Types of elements and of single numbers. */
typedef enum {
    CAMSERVER_BOOL,
    CAMSERVER_INT8,
    CAMSERVER_UINT8,
    CAMSERVER_INT16,
    CAMSERVER_UINT16,
    CAMSERVER_INT32,
    CAMSERVER_UINT32,
    CAMSERVER_INT64,
    CAMSERVER_UINT64,
    CAMSERVER_FLOAT32,
    CAMSERVER_FLOAT64
} camserver_type;

typedef enum { CAMSERVER_NULL, CAMSERVER_NUMBER, CAMSERVER_TEXT, CAMSERVER_ARRAY } camserver_kind;

/* One channel. */
typedef struct {
    const char *name;
    camserver_kind kind;
    /* Of a number or of the elements of an array. */
    camserver_type type;
    /* A number, whatever its type; `integer` has all 64 bits of integers. */
    double number;
    int64_t integer;
    /* Array: elements, row-major, without gaps. Text: UTF-8, ends with a zero byte. */
    void *data;
    /* Elements of an array, bytes of a text. */
    size_t count;
    /* Slowest dimension first: rows, columns. */
    int dimensions;
    uint32_t shape[CAMSERVER_MAX_DIMENSIONS];
} camserver_value;

typedef struct camserver_call {
    int64_t pulse_id;
    int64_t seconds;
    int64_t nanoseconds;
    /* custom: 1 on the first call of the pipeline. */
    int first;
    /* processing: the prepared image, shape {rows, columns}; NULL for other pipelines. */
    const camserver_value *image;
    /* processing: one element per column, one per row. */
    const float *x_axis;
    const float *y_axis;
    /* processing: the additional channels (bsdata). stream: all channels of the message, in its order. */
    const camserver_value *values;
    size_t value_count;
    /* The configuration with its run-time keys, as JSON. */
    const char *parameters;
    /* processing: why the image could not be prepared; NULL: it was. */
    const char *processing_error;
    /* processing with image_background_enable "passive": pixels of the background, as many as the image has; else NULL. */
    const uint16_t *background;
} camserver_call;

/* What a call gives; only used through the functions below. */
typedef struct camserver_output camserver_output;

/* Channels, sent in the order in which they are set. Arrays and texts are copied. */
void camserver_set_null(camserver_output *output, const char *name);
void camserver_set_bool(camserver_output *output, const char *name, int value);
void camserver_set_int(camserver_output *output, const char *name, int64_t value);
void camserver_set_float(camserver_output *output, const char *name, double value);
void camserver_set_text(camserver_output *output, const char *name, const char *value);
/* A number of another type than int64 and float64; `value` points to it. */
void camserver_set_number(camserver_output *output, const char *name, camserver_type type, const void *value);
/* `shape` has `dimensions` sizes, slowest first. */
void camserver_set_array(camserver_output *output, const char *name, camserver_type type, const void *data, int dimensions,
                         const uint32_t *shape);
/* Any channel as it is, for example one of a message. */
void camserver_set_value(camserver_output *output, const camserver_value *value);
/* custom: pulse id and time of the message, and bytes to be added to the received ones. */
void camserver_set_pulse_id(camserver_output *output, int64_t pulse_id);
void camserver_set_timestamp(camserver_output *output, int64_t seconds, int64_t nanoseconds);
void camserver_set_size(camserver_output *output, int64_t bytes);

/* Fails the call with a text; use: return camserver_fail(output, "no beam in %d pixels", count); */
int camserver_fail(camserver_output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A parameter, with dots for nested objects ("fit.threshold"); the fallback when it is absent or of another kind. */
double camserver_parameter_number(const camserver_call *call, const char *path, double fallback);
/* The text stays valid until the parameters change. */
const char *camserver_parameter_text(const camserver_call *call, const char *path, const char *fallback);

/* A channel of `values` by its name; NULL: there is none. */
const camserver_value *camserver_find(const camserver_call *call, const char *name);

/* Lines for the log of the instance. printf does the same with the level INFO. */
void camserver_log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void camserver_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The function of the file. */
int camserver_process(const camserver_call *call, camserver_output *output);

#ifdef __cplusplus
}
#endif

#endif
