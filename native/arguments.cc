#include "arguments.h"

#include <cmath>

namespace camserver {
namespace {

constexpr int64_t largest_integer = (int64_t{1} << 53) - 1;

bool to_element_type(napi_typedarray_type type, ElementType *result) {
    switch (type) {
        case napi_int8_array: *result = ElementType::int8; return true;
        case napi_uint8_array: *result = ElementType::uint8; return true;
        case napi_int16_array: *result = ElementType::int16; return true;
        case napi_uint16_array: *result = ElementType::uint16; return true;
        case napi_int32_array: *result = ElementType::int32; return true;
        case napi_uint32_array: *result = ElementType::uint32; return true;
        case napi_bigint64_array: *result = ElementType::int64; return true;
        case napi_biguint64_array: *result = ElementType::uint64; return true;
        case napi_float32_array: *result = ElementType::float32; return true;
        case napi_float64_array: *result = ElementType::float64; return true;
        default: return false;
    }
}

}  // namespace

const char *type_name(ElementType type) {
    static const char *const names[] = {"Int8Array",   "Uint8Array",    "Int16Array",     "Uint16Array",  "Int32Array",
                                        "Uint32Array", "BigInt64Array", "BigUint64Array", "Float32Array", "Float64Array"};
    return names[static_cast<int>(type)];
}

bool Elements::overlaps(const void *first, const void *end) const {
    const char *begin = static_cast<const char *>(data);
    return begin < end && first < static_cast<const void *>(begin + length * element_size(type));
}

Arguments::Arguments(napi_env env, napi_callback_info info, const char *function) : env_(env), function_(function) {
    napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr);
}

// Arguments that were not given are undefined.
napi_value Arguments::at(size_t index) const { return values_[index]; }

void Arguments::type_error(const std::string &text) const { throw ArgumentError{false, std::string(function_) + ": " + text}; }
void Arguments::range_error(const std::string &text) const { throw ArgumentError{true, std::string(function_) + ": " + text}; }

bool Arguments::is_absent(size_t index) const {
    napi_valuetype type;
    return napi_typeof(env_, at(index), &type) != napi_ok || type == napi_null || type == napi_undefined;
}

Elements Arguments::elements(size_t index, const char *name) const {
    bool is_typed_array = false;
    napi_is_typedarray(env_, at(index), &is_typed_array);
    napi_typedarray_type type;
    Elements result{};
    if (!is_typed_array ||
        napi_get_typedarray_info(env_, at(index), &type, &result.length, &result.data, nullptr, nullptr) != napi_ok ||
        !to_element_type(type, &result.type)) {
        type_error(std::string(name) + " must be a typed array of numbers");
    }
    return result;
}

Elements Arguments::elements(size_t index, const char *name, ElementType type) const {
    const Elements result = elements(index, name);
    if (result.type != type) {
        type_error(std::string(name) + " must be a " + type_name(type) + ", not a " + type_name(result.type));
    }
    return result;
}

Elements Arguments::elements(size_t index, const char *name, ElementType type, size_t length) const {
    const Elements result = elements(index, name, type);
    if (result.length < length) {
        range_error(std::string(name) + " has " + std::to_string(result.length) + " elements, needed are " +
                    std::to_string(length));
    }
    return result;
}

double Arguments::number(size_t index, const char *name) const {
    double value = 0;
    if (napi_get_value_double(env_, at(index), &value) != napi_ok) type_error(std::string(name) + " must be a number");
    return value;
}

int64_t Arguments::integer(size_t index, const char *name, int64_t lowest, int64_t highest) const {
    const double value = number(index, name);
    if (!(value >= static_cast<double>(lowest) && value <= static_cast<double>(highest)) || value != std::floor(value)) {
        range_error(std::string(name) + " must be a whole number from " + std::to_string(lowest) + " to " +
                    std::to_string(highest));
    }
    return static_cast<int64_t>(value);
}

bool Arguments::boolean(size_t index, const char *name) const {
    bool value = false;
    if (napi_get_value_bool(env_, at(index), &value) != napi_ok) type_error(std::string(name) + " must be true or false");
    return value;
}

ImageView Arguments::view(size_t index, const char *name) const {
    const std::string prefix = std::string(name) + " ";
    const Elements data = elements(index, name);
    const int64_t offset = integer(index + 1, (prefix + "offset").c_str(), 0, largest_integer);
    const int64_t rows = integer(index + 2, (prefix + "rows").c_str(), 0, largest_integer);
    const int64_t columns = integer(index + 3, (prefix + "columns").c_str(), 0, largest_integer);
    const int64_t row_stride = integer(index + 4, (prefix + "row stride").c_str(), -largest_integer, largest_integer);
    const int64_t column_stride = integer(index + 5, (prefix + "column stride").c_str(), -largest_integer, largest_integer);
    ImageView view{data.type, data.data, static_cast<size_t>(rows), static_cast<size_t>(columns),
                   static_cast<ptrdiff_t>(row_stride), static_cast<ptrdiff_t>(column_stride)};
    if (rows == 0 || columns == 0) return view;
    using Wide = __int128;
    const Wide along_rows = Wide{rows - 1} * row_stride;
    const Wide along_columns = Wide{columns - 1} * column_stride;
    const Wide lowest = offset + (along_rows < 0 ? along_rows : 0) + (along_columns < 0 ? along_columns : 0);
    const Wide highest = offset + (along_rows > 0 ? along_rows : 0) + (along_columns > 0 ? along_columns : 0);
    if (lowest < 0 || highest >= static_cast<Wide>(data.length)) {
        range_error("the view of " + prefix + "(" + std::to_string(rows) + " x " + std::to_string(columns) + ", strides " +
                    std::to_string(row_stride) + " and " + std::to_string(column_stride) + ", offset " +
                    std::to_string(offset) + ") reaches beyond its " + std::to_string(data.length) + " elements");
    }
    // A broadcast view (stride 0) could have more pixels than memory has bytes.
    if (Wide{rows} * columns > largest_integer / 8) range_error(prefix + "has too many pixels");
    view.first = static_cast<const char *>(data.data) + static_cast<size_t>(offset) * element_size(data.type);
    return view;
}

Extent extent_of(const ImageView &view) {
    const char *first = static_cast<const char *>(view.first);
    if (view.rows == 0 || view.columns == 0) return {first, first};
    const ptrdiff_t size = static_cast<ptrdiff_t>(element_size(view.type));
    const ptrdiff_t along_rows = static_cast<ptrdiff_t>(view.rows - 1) * view.row_stride * size;
    const ptrdiff_t along_columns = static_cast<ptrdiff_t>(view.columns - 1) * view.column_stride * size;
    return {first + (along_rows < 0 ? along_rows : 0) + (along_columns < 0 ? along_columns : 0),
            first + (along_rows > 0 ? along_rows : 0) + (along_columns > 0 ? along_columns : 0) + size};
}

size_t pixel_count(const ImageView &view) { return view.rows * view.columns; }

napi_value throw_argument_error(napi_env env, const ArgumentError &error) {
    if (error.is_range) napi_throw_range_error(env, nullptr, error.text.c_str());
    else napi_throw_type_error(env, nullptr, error.text.c_str());
    return nullptr;
}

napi_value throw_out_of_memory(napi_env env, const char *function) {
    const std::string text = std::string(function) + ": not enough memory";
    napi_throw_error(env, nullptr, text.c_str());
    return nullptr;
}

}  // namespace camserver
