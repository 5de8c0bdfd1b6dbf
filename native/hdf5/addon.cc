// The border between JavaScript and HDF5. `src/hdf5` is its only user and passes the right kinds of arguments; what is checked
// here keeps a mistake there from reading or writing foreign memory.
#include <node_api.h>

#include <string>

#include "../border.h"
#include "library_jobs.h"
#include "store.h"

namespace camserver::hdf5 {

namespace {

template <class T>
struct Tag;
template <>
struct Tag<File> {
    static constexpr napi_type_tag value = {0x6b1d2f3a4c5e6f70, 0x8192a3b4c5d6e7f8};
};
template <>
struct Tag<Dataset> {
    static constexpr napi_type_tag value = {0x1a2b3c4d5e6f7081, 0x92a3b4c5d6e7f809};
};

// An object of JavaScript that keeps a file or dataset alive.
template <class T>
napi_value wrap(napi_env env, const std::shared_ptr<T> &held) {
    napi_value object;
    napi_create_object(env, &object);
    auto *holder = new std::shared_ptr<T>(held);
    napi_wrap(
        env, object, holder, [](napi_env, void *data, void *) { delete static_cast<std::shared_ptr<T> *>(data); }, nullptr,
        nullptr);
    napi_type_tag_object(env, object, &Tag<T>::value);
    return object;
}

template <class T>
std::shared_ptr<T> unwrap(napi_env env, napi_value value) {
    bool is_ours = false;
    void *holder = nullptr;
    if (napi_check_object_type_tag(env, value, &Tag<T>::value, &is_ours) != napi_ok || !is_ours) return nullptr;
    if (napi_unwrap(env, value, &holder) != napi_ok) return nullptr;
    return *static_cast<std::shared_ptr<T> *>(holder);
}

std::string get_text(napi_env env, napi_value value) {
    size_t length = 0;
    if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return "";
    std::string text(length, '\0');
    napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
    return text;
}

napi_value property(napi_env env, napi_value object, const char *name) {
    napi_value value = nullptr;
    napi_get_named_property(env, object, name, &value);
    return value;
}

size_t size_property(napi_env env, napi_value object, const char *name, size_t fallback) {
    size_t size = fallback;
    return get_size(env, property(env, object, name), &size) ? size : fallback;
}

bool flag_property(napi_env env, napi_value object, const char *name) {
    bool flag = false;
    napi_get_value_bool(env, property(env, object, name), &flag);
    return flag;
}

struct Call {
    napi_value values[4] = {};
    size_t count = 4;

    Call(napi_env env, napi_callback_info info) {
        napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
    }
};

napi_value describe(napi_env env, const std::shared_ptr<Dataset> &dataset) {
    napi_value object = wrap(env, dataset), shape;
    napi_create_array_with_length(env, dataset->shape.size(), &shape);
    for (size_t axis = 0; axis < dataset->shape.size(); axis += 1) {
        napi_set_element(env, shape, static_cast<uint32_t>(axis), make_number(env, static_cast<double>(dataset->shape[axis])));
    }
    napi_set_named_property(env, object, "shape", shape);
    napi_set_named_property(env, object, "type", make_text(env, dataset->type.name.c_str()));
    napi_set_named_property(env, object, "elementSize", make_number(env, static_cast<double>(dataset->type.size)));
    napi_set_named_property(env, object, "rowSize", make_number(env, static_cast<double>(dataset->row_size)));
    return object;
}

// open(path, 'read' | 'create' | 'append'): Promise<file>
napi_value open(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    const std::string path = get_text(env, call.values[0]), access = get_text(env, call.values[1]);
    const Access mode = access == "create" ? Access::create : access == "append" ? Access::append : Access::read;
    return start_job(env, [path, mode]() -> Answer {
        const std::shared_ptr<File> file = open_file(path, mode);
        return [file](napi_env answer_env) { return wrap(answer_env, file); };
    });
}

// has(file, path): Promise<boolean>
napi_value has(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    const auto file = unwrap<File>(env, call.values[0]);
    if (!file) return throw_type_error(env, "has: expected (file, path)");
    const std::string path = get_text(env, call.values[1]);
    return start_job(env, [file, path]() -> Answer {
        const bool is_there = has_object(*file, path);
        return [is_there](napi_env answer_env) {
            napi_value value;
            napi_get_boolean(answer_env, is_there, &value);
            return value;
        };
    });
}

// openDataset(file, path): Promise<dataset>
napi_value open_dataset_js(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    const auto file = unwrap<File>(env, call.values[0]);
    if (!file) return throw_type_error(env, "openDataset: expected (file, path)");
    const std::string path = get_text(env, call.values[1]);
    return start_job(env, [file, path]() -> Answer {
        const auto dataset = open_dataset(file, path);
        return [dataset](napi_env answer_env) { return describe(answer_env, dataset); };
    });
}

// createDataset(file, path, {type, elementSize, rowShape, isScalar, rows, maximumRows, chunkRows, isCompressed}):
// Promise<dataset>
napi_value create_dataset_js(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    const auto file = unwrap<File>(env, call.values[0]);
    const napi_value options = call.values[2];
    bool is_array = false;
    if (!file || napi_is_array(env, property(env, options, "rowShape"), &is_array) != napi_ok || !is_array) {
        return throw_type_error(env, "createDataset: expected (file, path, {type, elementSize, rowShape, …})");
    }
    const std::string path = get_text(env, call.values[1]);
    Creation creation;
    creation.type = {get_text(env, property(env, options, "type")), size_property(env, options, "elementSize", 1)};
    uint32_t rank = 0;
    napi_get_array_length(env, property(env, options, "rowShape"), &rank);
    for (uint32_t axis = 0; axis < rank; axis += 1) {
        napi_value length;
        size_t size = 0;
        napi_get_element(env, property(env, options, "rowShape"), axis, &length);
        if (!get_size(env, length, &size)) return throw_type_error(env, "createDataset: rowShape holds sizes");
        creation.row_shape.push_back(size);
    }
    creation.is_scalar = flag_property(env, options, "isScalar");
    creation.is_compressed = flag_property(env, options, "isCompressed");
    creation.rows = size_property(env, options, "rows", 0);
    creation.maximum_rows = size_property(env, options, "maximumRows", H5S_UNLIMITED);
    creation.chunk_rows = size_property(env, options, "chunkRows", 1);
    return start_job(env, [file, path, creation]() -> Answer {
        const auto dataset = create_dataset(file, path, creation);
        return [dataset](napi_env answer_env) { return describe(answer_env, dataset); };
    });
}

// resize(dataset, rows): Promise<void>
napi_value resize_js(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    const auto dataset = unwrap<Dataset>(env, call.values[0]);
    size_t rows = 0;
    if (!dataset || !get_size(env, call.values[1], &rows)) return throw_type_error(env, "resize: expected (dataset, rows)");
    return start_job(env, [dataset, rows]() -> Answer {
        resize(*dataset, rows);
        return undefined;
    });
}

// readRows(dataset, first, count, target: Uint8Array): Promise<void>
napi_value read_rows_js(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    const auto dataset = unwrap<Dataset>(env, call.values[0]);
    size_t first = 0, count = 0;
    Bytes target;
    if (!dataset || !get_size(env, call.values[1], &first) || !get_size(env, call.values[2], &count) ||
        !get_bytes(env, call.values[3], &target)) {
        return throw_type_error(env, "readRows: expected (dataset, first, count, Uint8Array)");
    }
    return start_job(
        env,
        [dataset, first, count, target]() -> Answer {
            read_rows(*dataset, first, count, target.data, target.size);
            return undefined;
        },
        {call.values[3]});
}

struct Write {
    std::shared_ptr<Dataset> dataset;
    size_t first = 0;
    size_t count = 0;
    Bytes bytes;
};

// writeRows([[dataset, first, count, bytes: Uint8Array], …]): Promise<void>
napi_value write_rows_js(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    uint32_t length = 0;
    if (napi_get_array_length(env, call.values[0], &length) != napi_ok) {
        return throw_type_error(env, "writeRows: expected a list");
    }
    std::vector<Write> writes(length);
    std::vector<napi_value> kept;
    for (uint32_t index = 0; index < length; index += 1) {
        napi_value item, parts[4];
        napi_get_element(env, call.values[0], index, &item);
        for (uint32_t part = 0; part < 4; part += 1) napi_get_element(env, item, part, &parts[part]);
        Write &write = writes[index];
        write.dataset = unwrap<Dataset>(env, parts[0]);
        if (!write.dataset || !get_size(env, parts[1], &write.first) || !get_size(env, parts[2], &write.count) ||
            !get_bytes(env, parts[3], &write.bytes)) {
            return throw_type_error(env, "writeRows: expected a list of [dataset, first, count, Uint8Array]");
        }
        kept.push_back(parts[3]);
    }
    return start_job(
        env,
        [writes]() -> Answer {
            for (const Write &write : writes) {
                write_rows(*write.dataset, write.first, write.count, write.bytes.data, write.bytes.size);
            }
            return undefined;
        },
        kept);
}

template <void (*operation)(File &)>
napi_value on_file(napi_env env, napi_callback_info info) {
    const Call call(env, info);
    const auto file = unwrap<File>(env, call.values[0]);
    if (!file) return throw_type_error(env, "expected (file)");
    return start_job(env, [file]() -> Answer {
        operation(*file);
        return undefined;
    });
}

}  // namespace

}  // namespace camserver::hdf5

NAPI_MODULE_INIT() {
    using namespace camserver::hdf5;
    const napi_property_descriptor functions[] = {
        {"open", nullptr, open, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"has", nullptr, has, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"openDataset", nullptr, open_dataset_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"createDataset", nullptr, create_dataset_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"resize", nullptr, resize_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"readRows", nullptr, read_rows_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"writeRows", nullptr, write_rows_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"flush", nullptr, on_file<flush>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"close", nullptr, on_file<close>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
    };
    napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
    return exports;
}
