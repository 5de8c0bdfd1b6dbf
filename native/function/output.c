#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "json.h"

enum { ANSWER_LOADED = 1, ANSWER_LOAD_FAILED, ANSWER_RESULT, ANSWER_FAILED, ANSWER_LOG };
enum { VALUE_NULL, VALUE_BOOL, VALUE_INT, VALUE_FLOAT, VALUE_TEXT, VALUE_SCALAR, VALUE_ARRAY };
enum { HAS_VALUES = 1, HAS_TIMESTAMP = 2, HAS_PULSE_ID = 4 };
enum { LEVEL_INFO = 1, LEVEL_WARNING = 2, ALIGNMENT = 64, STEP = 1 << 20, CHANNEL = 3 };

struct camserver_output {
    uint32_t id;
    slot_memory *memory;
    size_t used;
    uint8_t flags;
    int64_t seconds, nanoseconds, pulse_id, size;
    uint16_t count;
    char failure[1024];
    uint8_t *bytes;
    size_t length, room;
};

static camserver_output present;
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER;
static char **texts;
static size_t text_count;

static void append(camserver_output *output, const void *data, size_t bytes) {
    if (output->length + bytes > output->room) {
        size_t room = 2 * (output->length + bytes) + 4096;
        uint8_t *larger = realloc(output->bytes, room);
        if (larger == NULL) _exit(1);
        output->bytes = larger;
        output->room = room;
    }
    memcpy(output->bytes + output->length, data, bytes);
    output->length += bytes;
}

static void append_u8(camserver_output *output, uint8_t value) { append(output, &value, 1); }

static void append_text(camserver_output *output, const char *text) {
    uint32_t length = (uint32_t)strlen(text);
    append(output, &length, sizeof length);
    append(output, text, length);
}

static void write_fully(const void *data, size_t bytes) {
    const uint8_t *at = data;
    while (bytes > 0) {
        ssize_t done = write(CHANNEL, at, bytes);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) _exit(0);
        at += done;
        bytes -= (size_t)done;
    }
}

static void send_message(uint8_t type, const void *body, size_t bytes) {
    uint32_t length = (uint32_t)bytes + 1;
    uint8_t head[5];
    memcpy(head, &length, 4);
    head[4] = type;
    pthread_mutex_lock(&sending);
    write_fully(head, sizeof head);
    write_fully(body, bytes);
    pthread_mutex_unlock(&sending);
}

void send_loaded(void) { send_message(ANSWER_LOADED, "", 0); }

void send_load_failure(const char *message) {
    camserver_output body = {0};
    append_text(&body, message);
    append_text(&body, "");
    send_message(ANSWER_LOAD_FAILED, body.bytes, body.length);
    free(body.bytes);
}

camserver_output *begin_output(uint32_t id, slot_memory *memory) {
    uint8_t *bytes = present.bytes;
    size_t room = present.room;
    memset(&present, 0, sizeof present);
    present.id = id;
    present.memory = memory;
    present.bytes = bytes;
    present.room = room;
    return &present;
}

void send_output(camserver_output *output, int status) {
    camserver_output body = {0};
    append(&body, &output->id, 4);
    if (status < 0 || output->failure[0] != 0) {
        append_text(&body, output->failure[0] != 0 ? output->failure : "the function returned a negative number");
        append_text(&body, "");
        send_message(ANSWER_FAILED, body.bytes, body.length);
    } else {
        int64_t memory_size = (int64_t)output->memory->size;
        append_u8(&body, output->flags | (status == CAMSERVER_SKIP ? 0 : HAS_VALUES));
        append(&body, &memory_size, 8);
        append(&body, &output->seconds, 8);
        append(&body, &output->nanoseconds, 8);
        append(&body, &output->pulse_id, 8);
        append(&body, &output->size, 8);
        if (status != CAMSERVER_SKIP) {
            append(&body, &output->count, 2);
            append(&body, output->bytes, output->length);
        }
        send_message(ANSWER_RESULT, body.bytes, body.length);
    }
    free(body.bytes);
}

static void begin_value(camserver_output *output, const char *name, uint8_t kind) {
    output->count++;
    append_text(output, name);
    append_u8(output, kind);
}

void camserver_set_null(camserver_output *output, const char *name) { begin_value(output, name, VALUE_NULL); }

void camserver_set_bool(camserver_output *output, const char *name, int value) {
    begin_value(output, name, VALUE_BOOL);
    append_u8(output, value != 0);
}

void camserver_set_int(camserver_output *output, const char *name, int64_t value) {
    begin_value(output, name, VALUE_INT);
    append(output, &value, 8);
}

void camserver_set_float(camserver_output *output, const char *name, double value) {
    begin_value(output, name, VALUE_FLOAT);
    append(output, &value, 8);
}

void camserver_set_text(camserver_output *output, const char *name, const char *value) {
    begin_value(output, name, VALUE_TEXT);
    append_text(output, value);
}

static const uint8_t SIZES[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8};

static int64_t integer_of(camserver_type type, const void *value) {
    switch (type) {
        case CAMSERVER_INT8:
            return *(const int8_t *)value;
        case CAMSERVER_INT16:
            return *(const int16_t *)value;
        case CAMSERVER_UINT16:
            return *(const uint16_t *)value;
        case CAMSERVER_INT32:
            return *(const int32_t *)value;
        case CAMSERVER_UINT32:
            return *(const uint32_t *)value;
        case CAMSERVER_INT64:
        case CAMSERVER_UINT64:
            return *(const int64_t *)value;
        default:
            return *(const uint8_t *)value;
    }
}

void camserver_set_number(camserver_output *output, const char *name, camserver_type type, const void *value) {
    if (type == CAMSERVER_BOOL) {
        camserver_set_bool(output, name, *(const uint8_t *)value);
        return;
    }
    begin_value(output, name, VALUE_SCALAR);
    append_u8(output, (uint8_t)type);
    if (type == CAMSERVER_FLOAT32 || type == CAMSERVER_FLOAT64) {
        double number = type == CAMSERVER_FLOAT32 ? *(const float *)value : *(const double *)value;
        append(output, &number, 8);
    } else {
        int64_t integer = integer_of(type, value);
        append(output, &integer, 8);
    }
}

static void reserve(slot_memory *memory, size_t size) {
    if (size <= memory->size) return;
    size = (size + STEP - 1) / STEP * STEP;
    if (posix_fallocate(memory->descriptor, 0, (off_t)size) != 0) {
        fprintf(stderr, "/dev/shm has no room for a result of %zu bytes\n", size);
        _exit(1);
    }
    follow(memory, size);
}

void camserver_set_array(camserver_output *output, const char *name, camserver_type type, const void *data, int dimensions,
                         const uint32_t *shape) {
    size_t bytes = SIZES[type];
    for (int i = 0; i < dimensions; i++) bytes *= shape[i];
    reserve(output->memory, output->used + bytes);
    memcpy(output->memory->data + output->used, data, bytes);
    int64_t offset = (int64_t)output->used;
    output->used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    begin_value(output, name, VALUE_ARRAY);
    append_u8(output, (uint8_t)type);
    append_u8(output, (uint8_t)dimensions);
    append(output, shape, 4 * (size_t)dimensions);
    append(output, &offset, 8);
}

void camserver_set_value(camserver_output *output, const camserver_value *value) {
    const char *name = value->name;
    if (value->kind == CAMSERVER_NULL) {
        camserver_set_null(output, name);
    } else if (value->kind == CAMSERVER_TEXT) {
        camserver_set_text(output, name, value->data);
    } else if (value->kind == CAMSERVER_ARRAY) {
        camserver_set_array(output, name, value->type, value->data, value->dimensions, value->shape);
    } else if (value->type == CAMSERVER_BOOL) {
        camserver_set_bool(output, name, (int)value->integer);
    } else if (value->type == CAMSERVER_FLOAT64) {
        camserver_set_float(output, name, value->number);
    } else if (value->type == CAMSERVER_FLOAT32) {
        float number = (float)value->number;
        camserver_set_number(output, name, value->type, &number);
    } else if (value->type == CAMSERVER_INT64) {
        camserver_set_int(output, name, value->integer);
    } else {
        begin_value(output, name, VALUE_SCALAR);
        append_u8(output, (uint8_t)value->type);
        append(output, &value->integer, 8);
    }
}

void camserver_set_pulse_id(camserver_output *output, int64_t pulse_id) {
    output->pulse_id = pulse_id;
    output->flags |= HAS_PULSE_ID;
}

void camserver_set_timestamp(camserver_output *output, int64_t seconds, int64_t nanoseconds) {
    output->seconds = seconds;
    output->nanoseconds = nanoseconds;
    output->flags |= HAS_TIMESTAMP;
}

void camserver_set_size(camserver_output *output, int64_t bytes) { output->size = bytes; }

int camserver_fail(camserver_output *output, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(output->failure, sizeof output->failure, format, arguments);
    va_end(arguments);
    if (output->failure[0] == 0) strcpy(output->failure, "the function failed");
    return -1;
}

double camserver_parameter_number(const camserver_call *call, const char *path, double fallback) {
    double number = fallback;
    json_number(call->parameters, path, &number);
    return number;
}

const char *camserver_parameter_text(const camserver_call *call, const char *path, const char *fallback) {
    char *text = json_text(call->parameters, path);
    if (text == NULL) return fallback;
    /* The same text is asked for with each frame; it is kept once. */
    for (size_t i = 0; i < text_count; i++) {
        if (strcmp(texts[i], text) == 0) {
            free(text);
            return texts[i];
        }
    }
    char **larger = realloc(texts, (text_count + 1) * sizeof *texts);
    if (larger == NULL) return fallback;
    texts = larger;
    texts[text_count++] = text;
    return text;
}

void forget_texts(void) {
    for (size_t i = 0; i < text_count; i++) free(texts[i]);
    text_count = 0;
}

const camserver_value *camserver_find(const camserver_call *call, const char *name) {
    for (size_t i = 0; i < call->value_count; i++) {
        if (strcmp(call->values[i].name, name) == 0) return &call->values[i];
    }
    return NULL;
}

static void send_log(uint8_t level, const char *format, va_list arguments) {
    char line[4096];
    vsnprintf(line, sizeof line, format, arguments);
    camserver_output body = {0};
    append_u8(&body, level);
    append_text(&body, line);
    send_message(ANSWER_LOG, body.bytes, body.length);
    free(body.bytes);
}

void camserver_log_info(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    send_log(LEVEL_INFO, format, arguments);
    va_end(arguments);
}

void camserver_log_warning(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    send_log(LEVEL_WARNING, format, arguments);
    va_end(arguments);
}
