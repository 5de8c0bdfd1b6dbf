/*
 * Runs a function written in C in a process of its own (camserver_function.h): waits for commands on descriptor 3, with arrays
 * in the shared memory of the descriptors from 4 on. Compiled when the first C function is used.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "camserver_function.h"
#include "crash.h"
#include "json.h"
#include "output.h"

enum { COMMAND_LOAD = 1, COMMAND_PARAMETERS, COMMAND_CALL };
enum { CHANNEL = 3, FIRST_SLOT = 4, SLOTS = 2 };

typedef int (*process_function)(const camserver_call *, camserver_output *);

static process_function process;
static char *parameters;
static uint16_t *background;
static size_t background_bytes;
static camserver_value *values;
static size_t value_room;

static void *watch_channel(void *unused) {
    (void)unused;
    struct pollfd entry = {CHANNEL, POLLRDHUP, 0};
    while (poll(&entry, 1, -1) < 0 && errno == EINTR) {
    }
    usleep(400000);
    _exit(0);
}

static void read_fully(void *target, size_t bytes) {
    uint8_t *at = target;
    while (bytes > 0) {
        ssize_t got = read(CHANNEL, at, bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) exit(0);
        at += got;
        bytes -= (size_t)got;
    }
}

/* Memory beyond what the process has now; malloc then gives NULL. */
static void limit_memory(double megabytes) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long used = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL) sscanf(line, "VmData: %lu", &used);
    if (status != NULL) fclose(status);
    struct rlimit limit;
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = (rlim_t)(used * 1024.0 + megabytes * 1024 * 1024);
    setrlimit(RLIMIT_DATA, &limit);
}

static void load(reader *in) {
    char *request = read_text(in);
    char *path = json_text(request, "path");
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        send_load_failure(path == NULL ? "no path of the function was given" : dlerror());
        exit(1);
    }
    process = (process_function)dlsym(library, "camserver_process");
    if (process == NULL) {
        send_load_failure("the file defines no function 'camserver_process' (camserver_function.h)");
        exit(1);
    }
    double megabytes = 0;
    json_number(request, "megabytes", &megabytes);
    watch_for_crashes(path);
    limit_memory(megabytes);
    free(request);
    free(path);
    send_loaded();
}

static void take_parameters(reader *in) {
    free(parameters);
    parameters = read_text(in);
    char *path = read_text(in);
    size_t rows = read_u32(in), columns = read_u32(in);
    if (background != NULL) munmap(background, background_bytes);
    background = NULL;
    if (path[0] != 0) {
        FILE *file = fopen(path, "rb");
        background_bytes = 2 * rows * columns;
        void *memory = file == NULL ? MAP_FAILED : mmap(NULL, background_bytes, PROT_READ, MAP_SHARED, fileno(file), 0);
        if (memory != MAP_FAILED) background = memory;
        if (file != NULL) fclose(file);
    }
    free(path);
    forget_texts();
}

static void read_value(reader *in, const slot_memory *input, camserver_value *value) {
    memset(value, 0, sizeof *value);
    value->name = read_text_here(in);
    uint8_t kind = read_u8(in);
    switch (kind) {
        case 1:
            value->kind = CAMSERVER_NUMBER;
            value->type = CAMSERVER_BOOL;
            value->integer = read_u8(in);
            value->number = (double)value->integer;
            break;
        case 2:
            value->kind = CAMSERVER_NUMBER;
            value->type = CAMSERVER_INT64;
            value->integer = read_i64(in);
            value->number = (double)value->integer;
            break;
        case 3:
            value->kind = CAMSERVER_NUMBER;
            value->type = CAMSERVER_FLOAT64;
            value->number = read_f64(in);
            value->integer = (int64_t)value->number;
            break;
        case 4:
            value->kind = CAMSERVER_TEXT;
            value->data = (void *)read_text_here(in);
            value->count = strlen(value->data);
            break;
        case 5:
            value->kind = CAMSERVER_NUMBER;
            value->type = (camserver_type)read_u8(in);
            if (value->type >= CAMSERVER_FLOAT32) {
                value->number = read_f64(in);
                value->integer = (int64_t)value->number;
            } else {
                value->integer = read_i64(in);
                value->number = value->type == CAMSERVER_UINT64 ? (double)(uint64_t)value->integer : (double)value->integer;
            }
            break;
        case 6:
            value->kind = CAMSERVER_ARRAY;
            value->type = (camserver_type)read_u8(in);
            value->dimensions = read_u8(in);
            value->count = 1;
            for (int i = 0; i < value->dimensions; i++) {
                uint32_t size = read_u32(in);
                value->count *= size;
                if (i < CAMSERVER_MAX_DIMENSIONS) value->shape[i] = size;
            }
            value->data = input->data + read_i64(in);
            break;
        default:
            break;
    }
}

static void answer(reader *in, slot_memory memories[SLOTS][2]) {
    uint32_t id = read_u32(in);
    uint8_t slot = read_u8(in);
    camserver_call call = {0};
    call.first = read_u8(in);
    slot_memory *input = &memories[slot][0];
    follow(input, (size_t)read_i64(in));
    call.pulse_id = read_i64(in);
    call.seconds = read_i64(in);
    call.nanoseconds = read_i64(in);
    const char *error = read_text_here(in);
    if (error[0] != 0) call.processing_error = error;
    size_t count = read_u16(in);
    if (count > value_room) {
        free(values);
        values = malloc(count * sizeof *values);
        value_room = count;
    }
    for (size_t i = 0; i < count; i++) read_value(in, input, &values[i]);
    call.values = values;
    call.value_count = count;
    call.parameters = parameters == NULL ? "{}" : parameters;
    call.background = background;
    if (count >= 3 && strcmp(values[0].name, "image") == 0 && strcmp(values[1].name, "x_axis") == 0) {
        call.image = &values[0];
        call.x_axis = values[1].data;
        call.y_axis = values[2].data;
        call.values += 3;
        call.value_count -= 3;
    }
    camserver_output *output = begin_output(id, &memories[slot][1]);
    int status = process(&call, output);
    fflush(stdout);
    send_output(output, status);
}

int main(void) {
    static slot_memory memories[SLOTS][2];
    for (int slot = 0; slot < SLOTS; slot++) {
        for (int side = 0; side < 2; side++) memories[slot][side].descriptor = FIRST_SLOT + 2 * slot + side;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, watch_channel, NULL);
    uint8_t *message = NULL;
    size_t room = 0;
    for (;;) {
        uint32_t length;
        read_fully(&length, sizeof length);
        if (length > room) {
            free(message);
            message = malloc(length + 1);
            room = length;
            if (message == NULL) return 1;
        }
        read_fully(message, length);
        reader in = {message, message + length};
        switch (read_u8(&in)) {
            case COMMAND_LOAD:
                load(&in);
                break;
            case COMMAND_PARAMETERS:
                take_parameters(&in);
                break;
            case COMMAND_CALL:
                answer(&in, memories);
                break;
            default:
                return 1;
        }
    }
}
