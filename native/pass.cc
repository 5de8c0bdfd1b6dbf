// Border of the fused pass.
#include "kernels/pass.h"

#include <cstring>
#include <vector>

#include "arguments.h"
#include "kernels/copy.h"
#include "kernels/dispatch.h"
#include "processing.h"

namespace camserver {
namespace {

// pass(image view, background view | 6 nulls, signed: boolean, threshold | null, destination | null,
//      columnSums | null, rowSums | null, scalars: Float64Array(3)): undefined
// scalars receive minimum, maximum and intensity, 64-bit integers as raw bits.
constexpr size_t background_at = view_arguments;
constexpr size_t options_at = 2 * view_arguments;

napi_value pass_border(const Arguments &arguments) {
    PassRequest request;
    request.image = arguments.view(0, "image");
    const size_t pixels = pixel_count(request.image);
    if (!arguments.is_absent(background_at)) {
        request.background = arguments.view(background_at, "background");
        if (request.background.type != ElementType::uint16) arguments.type_error("background must be a Uint16Array");
        if (request.background.rows != request.image.rows || request.background.columns != request.image.columns) {
            arguments.range_error("background must have the rows and columns of the image");
        }
        request.mode = arguments.boolean(options_at, "signed") ? Background::signed_ : Background::clamp;
    }
    if (!arguments.is_absent(options_at + 1)) {
        request.has_threshold = true;
        request.threshold = arguments.number(options_at + 1, "threshold");
    }
    const ElementType result_type = pass_type(request.image.type, request.mode);
    std::vector<char> copy;
    if (!arguments.is_absent(options_at + 2)) {
        const Elements destination = arguments.elements(options_at + 2, "destination", result_type, pixels);
        request.destination = destination.data;
        const Extent background = extent_of(request.background);
        if (request.mode != Background::none && destination.overlaps(background.first, background.end)) {
            arguments.range_error("destination must not overlap the background");
        }
        const Extent image = extent_of(request.image);
        const bool is_in_place = destination.data == request.image.first && request.image.is_row_major() &&
                                 element_size(result_type) == element_size(request.image.type);
        if (!is_in_place && destination.overlaps(image.first, image.end)) {
            copy.resize(pixels * element_size(request.image.type));
            copy_row_major(request.image, copy.data());
            request.image.first = copy.data();
            request.image.row_stride = static_cast<ptrdiff_t>(request.image.columns);
            request.image.column_stride = 1;
        }
    }
    if (!arguments.is_absent(options_at + 3)) {
        if (pixels == 0) arguments.range_error("an image without pixels has no minimum");
        const ElementType sum_type = is_floating(result_type) ? result_type : ElementType::int64;
        request.column_sums = arguments.elements(options_at + 3, "columnSums", sum_type, request.image.columns).data;
        request.row_sums = arguments.elements(options_at + 4, "rowSums", sum_type, request.image.rows).data;
    }
    const Elements scalars = arguments.elements(options_at + 5, "scalars", ElementType::float64, 3);
    if (pixels == 0) return nullptr;
    const PassResult result = pass(request);
    std::memcpy(scalars.data, &result, sizeof(result));
    return nullptr;
}

napi_value instructions_border(const Arguments &arguments) {
    napi_value text;
    napi_create_string_utf8(arguments.env(), instructions_name(instructions()), NAPI_AUTO_LENGTH, &text);
    return text;
}

constexpr char pass_name[] = "pass";
constexpr char instructions_function_name[] = "instructions";

}  // namespace

void define_pass(napi_env env, napi_value exports) {
    define<pass_border, pass_name>(env, exports);
    define<instructions_border, instructions_function_name>(env, exports);
}

}  // namespace camserver
