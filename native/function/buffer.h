/* Reading messages and shared memory; all numbers are little endian, as the processors are that this runs on. */
#ifndef CAMSERVER_BUFFER_H
#define CAMSERVER_BUFFER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct {
    uint8_t *at;
    uint8_t *end;
} reader;

/* One file of shared memory, mapped as far as it is used. */
typedef struct {
    int descriptor;
    uint8_t *data;
    size_t size;
} slot_memory;

static inline void take(reader *in, void *target, size_t bytes) {
    if ((size_t)(in->end - in->at) < bytes) exit(1);
    memcpy(target, in->at, bytes);
    in->at += bytes;
}

#define CAMSERVER_READ(name, type)        \
    static inline type name(reader *in) { \
        type value;                       \
        take(in, &value, sizeof value);   \
        return value;                     \
    }
CAMSERVER_READ(read_u8, uint8_t)
CAMSERVER_READ(read_u16, uint16_t)
CAMSERVER_READ(read_u32, uint32_t)
CAMSERVER_READ(read_i64, int64_t)
CAMSERVER_READ(read_f64, double)

/* A text in the message itself: moved forward by one byte, over its length, to make room for the zero byte. */
static inline const char *read_text_here(reader *in) {
    uint32_t length = read_u32(in);
    if ((size_t)(in->end - in->at) < length) exit(1);
    char *text = (char *)in->at - 1;
    memmove(text, in->at, length);
    text[length] = 0;
    in->at += length;
    return text;
}

/* A text in memory of its own. */
static inline char *read_text(reader *in) { return strdup(read_text_here(in)); }

static inline void follow(slot_memory *memory, size_t size) {
    if (size <= memory->size) return;
    if (memory->data != NULL) munmap(memory->data, memory->size);
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->descriptor, 0);
    if (data == MAP_FAILED) exit(1);
    memory->data = data;
    memory->size = size;
}

#endif
