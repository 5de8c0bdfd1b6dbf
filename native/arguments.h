// Arguments of the processing functions: unpacked and checked with texts that say which one was wrong and what would be right.
// Checks throw `ArgumentError`; `call` turns it into the TypeError or RangeError of JavaScript.
#pragma once

#include <node_api.h>

#include <string>

#include "kernels/image.h"

namespace camserver {

struct ArgumentError {
    bool is_range;
    std::string text;
};

// A typed array over an ArrayBuffer or a SharedArrayBuffer. A detached one has length 0.
struct Elements {
    ElementType type;
    void *data;
    size_t length;

    template <class T>
    T *as() const {
        return static_cast<T *>(data);
    }
    bool overlaps(const void *first, const void *end) const;
};

class Arguments {
   public:
    Arguments(napi_env env, napi_callback_info info, const char *function);

    // Any typed array except Uint8ClampedArray.
    Elements elements(size_t index, const char *name) const;
    // Of one element type.
    Elements elements(size_t index, const char *name, ElementType type) const;
    // Of one type and at least `length` elements.
    Elements elements(size_t index, const char *name, ElementType type, size_t length) const;
    bool is_absent(size_t index) const;  // null or undefined
    double number(size_t index, const char *name) const;
    int64_t integer(size_t index, const char *name, int64_t lowest, int64_t highest) const;
    bool boolean(size_t index, const char *name) const;

    // Six arguments from `index`: data, offset, rows, columns, row stride, column stride. Every element that the view
    // reaches lies inside the data.
    ImageView view(size_t index, const char *name) const;

    [[noreturn]] void type_error(const std::string &text) const;
    [[noreturn]] void range_error(const std::string &text) const;

    napi_env env() const { return env_; }
    // As it was given; undefined when it was not.
    napi_value value(size_t index) const { return at(index); }

   private:
    static constexpr size_t most_ = 24;
    napi_value at(size_t index) const;
    napi_env env_;
    const char *function_;
    size_t count_ = most_;
    napi_value values_[most_];
};

constexpr size_t view_arguments = 6;

const char *type_name(ElementType type);

// Bytes from the first to behind the last element that a view reaches.
struct Extent {
    const char *first;
    const char *end;
};
Extent extent_of(const ImageView &view);

// `rows * columns` elements of a destination.
size_t pixel_count(const ImageView &view);

napi_value throw_argument_error(napi_env env, const ArgumentError &error);
napi_value throw_out_of_memory(napi_env env, const char *function);

using Implementation = napi_value (*)(const Arguments &);

// One function of the addon: its name is also the one in error texts.
template <Implementation implementation, const char *name>
napi_value call(napi_env env, napi_callback_info info) {
    try {
        return implementation(Arguments(env, info, name));
    } catch (const ArgumentError &error) {
        return throw_argument_error(env, error);
    } catch (const std::exception &) {
        return throw_out_of_memory(env, name);
    }
}

template <Implementation implementation, const char *name>
void define(napi_env env, napi_value exports) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, call<implementation, name>, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
}

}  // namespace camserver
