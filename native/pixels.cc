// Border of the operations on pixels. Each takes an image view first and writes into a row-major destination that the caller
// provides; its element type tells the type of the result.
#include "kernels/pixels.h"

#include "arguments.h"
#include "kernels/copy.h"
#include "kernels/rotation.h"
#include "processing.h"

namespace camserver {
namespace {

constexpr int64_t largest_index = int64_t{1} << 31;

// A destination of at least `length` elements that shares no memory with the image.
Elements separate_destination(const Arguments &arguments, size_t index, const ImageView &image, size_t length) {
    const Elements destination = arguments.elements(index, "destination");
    if (destination.length < length) {
        arguments.range_error("destination has " + std::to_string(destination.length) + " elements, needed are " +
                              std::to_string(length));
    }
    const Extent extent = extent_of(image);
    if (destination.overlaps(extent.first, extent.end)) arguments.range_error("destination must not overlap the image");
    return destination;
}

// copy(image view, destination)
napi_value copy_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    const Elements destination = separate_destination(arguments, view_arguments, image, pixel_count(image));
    if (destination.type != image.type) arguments.type_error("destination must have the type of the image");
    copy_row_major(image, destination.data);
    return nullptr;
}

// bin(image view, binningX, binningY, mean, destination: Uint16Array)
napi_value bin_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    const size_t x = static_cast<size_t>(arguments.integer(view_arguments, "binningX", 1, largest_index));
    const size_t y = static_cast<size_t>(arguments.integer(view_arguments + 1, "binningY", 1, largest_index));
    const bool mean = arguments.boolean(view_arguments + 2, "mean");
    const size_t length = (image.rows / y) * (image.columns / x);
    const Elements destination = separate_destination(arguments, view_arguments + 3, image, length);
    if (destination.type != ElementType::uint16) arguments.type_error("destination must be a Uint16Array");
    bin(image, x, y, mean, destination.as<uint16_t>());
    return nullptr;
}

// apply(image view, add: boolean, operand, destination)
napi_value apply_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    const Arithmetic operation = arguments.boolean(view_arguments, "add") ? Arithmetic::add : Arithmetic::multiply;
    const double operand = arguments.number(view_arguments + 1, "operand");
    const Elements destination = separate_destination(arguments, view_arguments + 2, image, pixel_count(image));
    apply(image, operation, operand, destination.type, destination.data);
    return nullptr;
}

// convert(image view, destination)
napi_value convert_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    const Elements destination = separate_destination(arguments, view_arguments, image, pixel_count(image));
    convert(image, destination.type, destination.data);
    return nullptr;
}

// accumulate(image view, sum: Float32Array | Float64Array)
napi_value accumulate_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    const Elements sum = separate_destination(arguments, view_arguments, image, pixel_count(image));
    if (!is_floating(sum.type)) arguments.type_error("sum must be a Float32Array or a Float64Array");
    accumulate(image, sum.type, sum.data);
    return nullptr;
}

// colorize(normalised: Float64Array, table: Uint8Array(1024), colours: Uint8Array)
napi_value colorize_border(const Arguments &arguments) {
    const Elements values = arguments.elements(0, "normalised", ElementType::float64);
    const Elements table = arguments.elements(1, "table", ElementType::uint8, 1024);
    const Elements colours = arguments.elements(2, "colours", ElementType::uint8, 4 * values.length);
    colorize(values.as<double>(), values.length, table.as<uint8_t>(), colours.as<uint8_t>());
    return nullptr;
}

// rotate(image view, degrees, order, boundary: index of the mode, fill, destination)
napi_value rotate_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    Rotation rotation;
    rotation.degrees = arguments.number(view_arguments, "angle");
    rotation.order = static_cast<int>(arguments.integer(view_arguments + 1, "order", 1, 5));
    const int64_t last = static_cast<int64_t>(Boundary::grid_constant);
    rotation.boundary = static_cast<Boundary>(arguments.integer(view_arguments + 2, "mode", 0, last));
    rotation.fill = arguments.number(view_arguments + 3, "fill");
    // Coordinates must stay far from the limits of integers.
    if (!(rotation.degrees >= -1e9 && rotation.degrees <= 1e9)) arguments.range_error("angle must be a finite number");
    if (static_cast<int64_t>(image.rows) > largest_index || static_cast<int64_t>(image.columns) > largest_index) {
        arguments.range_error("image has too many rows or columns");
    }
    const Elements destination = separate_destination(arguments, view_arguments + 4, image, pixel_count(image));
    if (destination.type != image.type) arguments.type_error("destination must have the type of the image");
    if (pixel_count(image) > 0) rotate(image, rotation, destination.data);
    return nullptr;
}

constexpr char copy_name[] = "copy";
constexpr char bin_name[] = "bin";
constexpr char apply_name[] = "apply";
constexpr char convert_name[] = "convert";
constexpr char accumulate_name[] = "accumulate";
constexpr char colorize_name[] = "colorize";
constexpr char rotate_name[] = "rotate";

}  // namespace

void define_pixels(napi_env env, napi_value exports) {
    define<copy_border, copy_name>(env, exports);
    define<bin_border, bin_name>(env, exports);
    define<apply_border, apply_name>(env, exports);
    define<convert_border, convert_name>(env, exports);
    define<accumulate_border, accumulate_name>(env, exports);
    define<colorize_border, colorize_name>(env, exports);
    define<rotate_border, rotate_name>(env, exports);
}

}  // namespace camserver
