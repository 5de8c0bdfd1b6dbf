#include "json.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at) {
    while (isspace((unsigned char)*at)) at++;
    return at;
}

static const char *skip_text(const char *at) {
    for (at++; *at != 0 && *at != '"'; at++) {
        if (*at == '\\' && at[1] != 0) at++;
    }
    return *at == 0 ? at : at + 1;
}

static const char *skip_value(const char *at) {
    at = skip_space(at);
    if (*at == '"') return skip_text(at);
    if (*at != '{' && *at != '[') {
        while (*at != 0 && strchr(",]}", *at) == NULL) at++;
        return at;
    }
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_text(at);
            continue;
        }
        if (*at == '{' || *at == '[') depth++;
        if (*at == '}' || *at == ']') depth--;
        at++;
    } while (depth > 0 && *at != 0);
    return at;
}

/* The value of a key in the object that begins at `at`; NULL when there is none. */
static const char *find_key(const char *at, const char *key, size_t length) {
    at = skip_space(at);
    if (*at != '{') return NULL;
    at = skip_space(at + 1);
    while (*at == '"') {
        const char *name = at + 1;
        const char *end = skip_text(at);
        const char *value = skip_space(end);
        if (*value != ':') return NULL;
        value = skip_space(value + 1);
        if ((size_t)(end - 1 - name) == length && memcmp(name, key, length) == 0) return value;
        at = skip_space(skip_value(value));
        if (*at == ',') at = skip_space(at + 1);
    }
    return NULL;
}

static const char *find(const char *json, const char *path) {
    for (;;) {
        const char *dot = strchr(path, '.');
        size_t length = dot == NULL ? strlen(path) : (size_t)(dot - path);
        json = find_key(json, path, length);
        if (json == NULL || dot == NULL) return json;
        path = dot + 1;
    }
}

int json_number(const char *json, const char *path, double *number) {
    const char *at = find(json, path);
    if (at == NULL) return 0;
    if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0) {
        *number = *at == 't';
        return 1;
    }
    char *end;
    double value = strtod(at, &end);
    if (end == at) return 0;
    *number = value;
    return 1;
}

static char *write_utf8(char *to, unsigned code) {
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    }
    return to;
}

char *json_text(const char *json, const char *path) {
    const char *at = find(json, path);
    if (at == NULL || *at != '"') return NULL;
    const char *end = skip_text(at) - 1;
    char *text = malloc((size_t)(end - at) + 1);
    char *to = text;
    if (text == NULL) return NULL;
    for (at++; at < end; at++) {
        if (*at != '\\') {
            *to++ = *at;
            continue;
        }
        at++;
        const char *plain = strchr("b\bf\fn\nr\rt\t", *at);
        if (*at == 'u') {
            unsigned code = 0, low = 0;
            sscanf(at + 1, "%4x", &code);
            at += 4;
            if (code >= 0xD800 && code < 0xDC00 && at[1] == '\\' && sscanf(at + 3, "%4x", &low) == 1) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                at += 6;
            }
            to = write_utf8(to, code);
        } else {
            *to++ = plain != NULL && isalpha((unsigned char)*at) ? plain[1] : *at;
        }
    }
    *to = 0;
    return text;
}
