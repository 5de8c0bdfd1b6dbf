// Border of the kernels for viewers. They work on a thread of the pool; neither the image nor the results may change meanwhile.
#include "kernels/plane.h"

#include "arguments.h"
#include "jobs.h"
#include "processing.h"

namespace camserver {
namespace {

constexpr int64_t largest_factor = int64_t{1} << 20;

// measure(image view, counts: Uint32Array) → promise of [low, scale, minimum, maximum, notFinite]
napi_value measure_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    const Elements counts = arguments.elements(view_arguments, "counts", ElementType::uint32, 1);
    const auto work = [image, counts] {
        const Measurement result = measure(image, counts.as<uint32_t>(), counts.length);
        return [result](napi_env env) {
            const double values[] = {result.low, result.scale, result.minimum, result.maximum,
                                     static_cast<double>(result.not_finite)};
            napi_value list;
            napi_create_array_with_length(env, 5, &list);
            for (uint32_t i = 0; i < 5; ++i) {
                napi_value number;
                napi_create_double(env, values[i], &number);
                napi_set_element(env, list, i, number);
            }
            return list;
        };
    };
    return start_job(arguments.env(), work, {arguments.value(0), arguments.value(view_arguments)});
}

// reduceToPlane(image view, factor, peak, low, scale, plane: Uint8Array | Uint16Array) → promise
napi_value reduce_border(const Arguments &arguments) {
    const ImageView image = arguments.view(0, "image");
    const size_t factor = static_cast<size_t>(arguments.integer(view_arguments, "factor", 1, largest_factor));
    const bool peak = arguments.boolean(view_arguments + 1, "peak");
    const PlaneScale scale{arguments.number(view_arguments + 2, "low"), arguments.number(view_arguments + 3, "scale")};
    const Elements plane = arguments.elements(view_arguments + 4, "plane");
    if (plane.type != ElementType::uint8 && plane.type != ElementType::uint16) {
        arguments.type_error("plane must be a Uint8Array or a Uint16Array");
    }
    const size_t needed = ((image.rows + factor - 1) / factor) * ((image.columns + factor - 1) / factor);
    if (plane.length < needed) {
        arguments.range_error("plane has " + std::to_string(plane.length) + " elements, needed are " + std::to_string(needed));
    }
    const auto work = [=] {
        reduce_to_plane(image, factor, peak, scale, plane.type, plane.data);
        return undefined;
    };
    return start_job(arguments.env(), work, {arguments.value(0), arguments.value(view_arguments + 4)});
}

constexpr char measure_name[] = "measure";
constexpr char reduce_name[] = "reduceToPlane";

}  // namespace

void define_plane(napi_env env, napi_value exports) {
    define<measure_border, measure_name>(env, exports);
    define<reduce_border, reduce_name>(env, exports);
}

}  // namespace camserver
