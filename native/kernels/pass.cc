#include "kernels/pass.h"

#include <vector>

#include "kernels/pass_steps.h"

namespace camserver {
namespace {

// Memory of one pass, allocated before the vectorised part.
template <class In, class Out>
struct Work {
    std::vector<LaneOf<Out>> lanes;               // running column sums
    std::vector<TotalOf<Out>> column_totals;      // column sums after a flush
    std::vector<TotalOf<Out>> row_totals;
    Extremes<Out> extremes;
    std::vector<In> gathered;                     // a piece of a row whose column stride is not 1
    std::vector<uint16_t> gathered_background;
    std::vector<Out> unstored;                    // resulting pixels that nobody wants
};

template <class T>
CAMSERVER_INLINE const T *contiguous(const ImageView &view, size_t row, size_t column, size_t count, T *gathered) {
    const T *source = row_of<T>(view, row) + static_cast<ptrdiff_t>(column) * view.column_stride;
    if (view.column_stride == 1) return source;
    for (size_t i = 0; i < count; ++i) gathered[i] = source[static_cast<ptrdiff_t>(i) * view.column_stride];
    return gathered;
}

template <class In, class Out>
CAMSERVER_INLINE void flush(Work<In, Out> &work) {
    for (size_t i = 0; i < work.lanes.size(); ++i) {
        work.column_totals[i] += static_cast<TotalOf<Out>>(work.lanes[i]);
        work.lanes[i] = 0;
    }
}

// The row that lies a page of memory or a little more ahead.
ptrdiff_t ahead_of(size_t element, ptrdiff_t row_stride, ptrdiff_t column_stride) {
    const ptrdiff_t bytes = row_stride * static_cast<ptrdiff_t>(element);
    if (column_stride != 1 || bytes == 0) return 0;
    constexpr ptrdiff_t page = 4096;
    const ptrdiff_t row = bytes < 0 ? -bytes : bytes;
    return bytes * ((page + row - 1) / row);
}

template <class In, class Out, Background mode, bool has_threshold, bool has_statistics, size_t width>
CAMSERVER_INLINE void run(const PassRequest &request, Work<In, Out> &work, Out bound) {
    const ImageView &image = request.image;
    Out *destination = static_cast<Out *>(request.destination);
    const ptrdiff_t columns = static_cast<ptrdiff_t>(image.columns);
    const Ahead ahead = {
        ahead_of(sizeof(In), image.row_stride, image.column_stride),
        mode == Background::none ? 0 : ahead_of(sizeof(uint16_t), request.background.row_stride, request.background.column_stride),
        destination == nullptr ? 0 : ahead_of(sizeof(Out), columns, 1),
    };
    for (size_t row = 0; row < image.rows; ++row) {
        for (size_t column = 0; column < image.columns; column += piece_columns) {
            const size_t count = std::min(piece_columns, image.columns - column);
            const In *in = contiguous(image, row, column, count, work.gathered.data());
            const uint16_t *background = nullptr;
            if constexpr (mode != Background::none) {
                background = contiguous(request.background, row, column, count, work.gathered_background.data());
            }
            Out *out = destination != nullptr ? destination + row * image.columns + column : work.unstored.data();
            LaneOf<Out> *lanes = has_statistics ? work.lanes.data() + column : nullptr;
            const TotalOf<Out> sum = process_piece<In, Out, mode, has_threshold, has_statistics, width>(
                in, background, out, count, bound, ahead, work.extremes, lanes);
            if constexpr (has_statistics) work.row_totals[row] += sum;
        }
        if (has_statistics && (row + 1) % rows_per_flush == 0) flush(work);
    }
    if constexpr (has_statistics) flush(work);
}

template <class In, class Out, size_t width>
CAMSERVER_INLINE void choose_steps(const PassRequest &request, Work<In, Out> &work) {
    const Threshold<Out> threshold = threshold_for<Out>(request.has_threshold, request.threshold);
    const Out bound = threshold.bound;
    const bool has_statistics = !work.row_totals.empty();
    if constexpr (std::is_same_v<Out, int32_t>) {
        if (request.mode == Background::signed_) {
            constexpr Background mode = Background::signed_;
            if (!has_statistics && threshold.active) return run<In, Out, mode, true, false, width>(request, work, bound);
            if (!has_statistics) return run<In, Out, mode, false, false, width>(request, work, bound);
            if (threshold.active) return run<In, Out, mode, true, true, width>(request, work, bound);
            return run<In, Out, mode, false, true, width>(request, work, bound);
        }
    }
    if constexpr (std::is_same_v<In, Out>) {
        if (request.mode == Background::clamp) {
            constexpr Background mode = Background::clamp;
            if (!has_statistics && threshold.active) return run<In, Out, mode, true, false, width>(request, work, bound);
            if (!has_statistics) return run<In, Out, mode, false, false, width>(request, work, bound);
            if (threshold.active) return run<In, Out, mode, true, true, width>(request, work, bound);
            return run<In, Out, mode, false, true, width>(request, work, bound);
        }
        constexpr Background mode = Background::none;
        if (!has_statistics && threshold.active) return run<In, Out, mode, true, false, width>(request, work, bound);
        if (!has_statistics) return run<In, Out, mode, false, false, width>(request, work, bound);
        if (threshold.active) return run<In, Out, mode, true, true, width>(request, work, bound);
        run<In, Out, mode, false, true, width>(request, work, bound);
    }
}

#if CAMSERVER_X86
template <class In, class Out>
CAMSERVER_TARGET_AVX2 void run_avx2(const PassRequest &request, Work<In, Out> &work) {
    choose_steps<In, Out, 32>(request, work);
}
#endif

template <class In, class Out>
void run_baseline(const PassRequest &request, Work<In, Out> &work) {
    choose_steps<In, Out, 16>(request, work);
}

// Types that cameras deliver get a version per instruction set, the others only the plain one. AVX-512 would not help: with
// registers of 32 bytes it is as fast as AVX2 (memory limits both), and 64 bytes are slower, because arrays of JavaScript
// are aligned to 16 bytes only.
template <class T>
constexpr bool is_camera_type = std::is_same_v<T, uint8_t> || std::is_same_v<T, uint16_t> ||
                                std::is_same_v<T, int16_t> || std::is_same_v<T, int32_t> || std::is_same_v<T, float>;

template <class In, class Out>
void dispatch(const PassRequest &request, Work<In, Out> &work) {
#if CAMSERVER_X86
    if constexpr (is_camera_type<In>) {
        if (instructions() >= Instructions::avx2) return run_avx2(request, work);
    }
#endif
    run_baseline(request, work);
}

template <class T>
PassNumber number(T value) {
    PassNumber result;
    if constexpr (std::is_integral_v<T> && sizeof(T) == 8) result.whole = static_cast<int64_t>(value);
    else result.real = static_cast<double>(value);
    return result;
}

// Integers are summed as they are; the intensity of floats is the sum of the rounded column sums.
template <class In, class Out>
PassNumber store_sums(const PassRequest &request, const Work<In, Out> &work) {
    using Stored = std::conditional_t<std::is_floating_point_v<Out>, Out, int64_t>;
    TotalOf<Out> intensity = 0;
    Stored *column_sums = static_cast<Stored *>(request.column_sums);
    for (size_t i = 0; i < work.column_totals.size(); ++i) {
        column_sums[i] = static_cast<Stored>(work.column_totals[i]);
        intensity += static_cast<TotalOf<Out>>(column_sums[i]);
    }
    Stored *row_sums = static_cast<Stored *>(request.row_sums);
    for (size_t i = 0; i < work.row_totals.size(); ++i) row_sums[i] = static_cast<Stored>(work.row_totals[i]);
    return number(static_cast<Stored>(intensity));
}

template <class In, class Out>
PassResult pass_typed(const PassRequest &request) {
    const ImageView &image = request.image;
    const bool has_statistics = request.column_sums != nullptr && request.row_sums != nullptr;
    const size_t piece = std::min(piece_columns, image.columns);
    Work<In, Out> work;
    if (has_statistics) {
        work.lanes.resize(image.columns);
        work.column_totals.resize(image.columns);
        work.row_totals.resize(image.rows);
    }
    if (image.column_stride != 1) work.gathered.resize(piece);
    if (request.mode != Background::none && request.background.column_stride != 1) work.gathered_background.resize(piece);
    if (request.destination == nullptr) work.unstored.resize(piece);

    dispatch(request, work);
    if (!has_statistics) return {};
    Out minimum = work.extremes.lowest();
    Out maximum = work.extremes.highest();
    if (minimum > maximum) minimum = maximum = std::numeric_limits<Out>::quiet_NaN();
    return {number(minimum), number(maximum), store_sums(request, work)};
}

}  // namespace

PassResult pass(const PassRequest &request) {
    return with_type(request.image.type, [&](auto tag) {
        using In = typename decltype(tag)::type;
        if (request.mode == Background::signed_) return pass_typed<In, int32_t>(request);
        return pass_typed<In, In>(request);
    });
}

}  // namespace camserver
