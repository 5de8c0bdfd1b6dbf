// The steps of the pass on one piece of a row. Written once with the compiler's portable vector types; `width` is the size
// of a vector register in bytes, so that one source serves SSE2, AVX2, AVX-512 and NEON.
#pragma once

#include <algorithm>
#include <limits>

#include "kernels/pass.h"
#include "kernels/vectors.h"

namespace camserver {

// Columns that are processed at once: they fit the first-level cache, and 32-bit sums of a row cannot overflow.
constexpr size_t piece_columns = 4096;

// Column sums of small integers fit 32 bits for so many rows; wider ones use 64 bits that wrap, floats double.
constexpr size_t rows_per_flush = size_t{1} << 15;

template <class T>
using LaneOf = std::conditional_t<
    std::is_floating_point_v<T>, double,
    std::conditional_t<(sizeof(T) > 2), uint64_t, std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>>>;

template <class T>
using TotalOf = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

// How pixels below a threshold are told: integers are kept if they are above `bound`, floats unless they are below
// (so that NaN stays).
template <class T>
struct Threshold {
    bool active;
    T bound;
};

template <class T>
inline Threshold<T> threshold_for(bool has_threshold, double threshold) {
    if (!has_threshold || threshold != threshold) return {false, T{0}};
    if constexpr (std::is_floating_point_v<T>) {
        return {true, static_cast<T>(threshold)};
    } else {
        constexpr T low = std::numeric_limits<T>::min();
        constexpr T high = std::numeric_limits<T>::max();
        if (threshold <= static_cast<double>(low)) return {false, T{0}};
        if (threshold > static_cast<double>(high)) return {true, high};
        // For 64 bits the largest value rounds up as double, so that the conversion would overflow.
        if (threshold >= static_cast<double>(high)) return {true, static_cast<T>(high - 1)};
        return {true, static_cast<T>(static_cast<T>(threshold) - 1)};
    }
}

// Extremes of so many pixels are kept side by side until the end; a register holds at most as many with their background.
constexpr size_t extreme_lanes = 32;

// NaN never wins a comparison; if every pixel is NaN, minimum stays above maximum.
template <class T>
struct Extremes {
    T minimum[extreme_lanes];
    T maximum[extreme_lanes];

    Extremes() {
        using Limits = std::numeric_limits<T>;
        std::fill_n(minimum, extreme_lanes, Limits::has_infinity ? Limits::infinity() : Limits::max());
        std::fill_n(maximum, extreme_lanes, Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
    }
    void include(T value) {
        if (value < minimum[0]) minimum[0] = value;
        if (value > maximum[0]) maximum[0] = value;
    }
    T lowest() const { return *std::min_element(minimum, minimum + extreme_lanes); }
    T highest() const { return *std::max_element(maximum, maximum + extreme_lanes); }
};

// One pixel. Conversions to int32 are those of an x86 processor: integers wrap, floats that do not fit (and NaN) give the
// smallest number.
template <class In, class Out, Background mode, bool has_threshold>
CAMSERVER_INLINE Out step(In pixel, const uint16_t *background, Out bound) {
    Out value;
    if constexpr (mode == Background::signed_) {
        int32_t whole;
        if constexpr (std::is_floating_point_v<In>) {
            const double wide = pixel;
            whole = wide > -2147483649.0 && wide < 2147483648.0 ? static_cast<int32_t>(wide)
                                                                : std::numeric_limits<int32_t>::min();
        } else {
            whole = static_cast<int32_t>(static_cast<uint32_t>(pixel));
        }
        value = static_cast<int32_t>(static_cast<uint32_t>(whole) - *background);
    } else if constexpr (mode == Background::clamp && std::is_floating_point_v<In>) {
        const In subtrahend = *background;
        value = subtrahend > pixel ? In{0} : pixel - subtrahend;
    } else if constexpr (mode == Background::clamp) {
        constexpr uint64_t highest = std::numeric_limits<In>::max();
        const In subtrahend = static_cast<In>(std::min<uint64_t>(*background, highest));
        value = static_cast<Out>(std::max(pixel, subtrahend) - subtrahend);
    } else {
        value = pixel;
    }
    if constexpr (!has_threshold) return value;
    if constexpr (std::is_floating_point_v<Out>) return value < bound ? Out{0} : value;
    return value > bound ? value : Out{0};
}

// The same on `count` pixels at once.
template <class In, class Out, Background mode, bool has_threshold, size_t count>
CAMSERVER_INLINE Vector<Out, count> vector_step(const In *in, const uint16_t *background, Out bound) {
    using Input = Vector<In, count>;
    using Output = Vector<Out, count>;
    Input pixel;
    std::memcpy(&pixel, in, sizeof(pixel));
    Vector<uint16_t, count> subtrahend{};
    if constexpr (mode != Background::none) std::memcpy(&subtrahend, background, sizeof(subtrahend));
    Output value;
    if constexpr (mode == Background::signed_) {
        if constexpr (std::is_floating_point_v<In>) {
            const Input low = Input{} + static_cast<In>(-2147483648.0);
            const Input high = Input{} + static_cast<In>(2147483648.0);
            const Input below = std::is_same_v<In, float> ? low : low - 1;
            pixel = pixel < high ? (std::is_same_v<In, float> ? (pixel >= low ? pixel : low)
                                                              : (pixel > below ? pixel : low))
                                 : low;
        }
        using Unsigned = Vector<uint32_t, count>;
        const Unsigned whole = (Unsigned) __builtin_convertvector(pixel, Output);
        value = (Output)(whole - __builtin_convertvector(subtrahend, Unsigned));
    } else if constexpr (mode == Background::clamp) {
        if constexpr (sizeof(In) == 1 || std::is_same_v<In, int16_t>) {
            const Vector<uint16_t, count> highest =
                Vector<uint16_t, count>{} + static_cast<uint16_t>(std::numeric_limits<In>::max());
            subtrahend = subtrahend < highest ? subtrahend : highest;
        }
        const Input other = __builtin_convertvector(subtrahend, Input);
        if constexpr (std::is_floating_point_v<In>) value = other > pixel ? Input{} : pixel - other;
        else value = (pixel > other ? pixel : other) - other;
    } else {
        value = pixel;
    }
    if constexpr (has_threshold) {
        const Output limit = Output{} + bound;
        if constexpr (std::is_floating_point_v<Out>) value = value < limit ? Output{} : value;
        else value = value > limit ? value : Output{};
    }
    return value;
}

// All elements in a wider type. Elements become twice as wide at a time and a whole register at once: for that the compiler has
// one instruction per register, other conversions it puts together from pieces.
template <class Wide, class Narrow, size_t count>
CAMSERVER_INLINE Vector<Wide, count> widen(const Vector<Narrow, count> &narrow) {
    if constexpr (sizeof(Wide) <= 2 * sizeof(Narrow)) {
        return __builtin_convertvector(narrow, Vector<Wide, count>);
    } else {
        using Middle = std::conditional_t<std::is_signed_v<Narrow>, int16_t, uint16_t>;
        static_assert(sizeof(Narrow) == 1 && sizeof(Wide) == 4);
        return widen<Wide, Middle, count>(__builtin_convertvector(narrow, Vector<Middle, count>));
    }
}

// Bytes from a pixel to the one that is fetched into the cache while it is worked on. The processor's own prefetching stops at each
// page of memory; looking a page ahead on all streams makes the pass a third faster on images larger than the cache.
struct Ahead {
    ptrdiff_t in;
    ptrdiff_t background;
    ptrdiff_t out;
};

constexpr size_t cache_line = 64;

CAMSERVER_INLINE void fetch(const void *address, ptrdiff_t ahead) {
    __builtin_prefetch(reinterpret_cast<const void *>(reinterpret_cast<uintptr_t>(address) + static_cast<uintptr_t>(ahead)));
}
CAMSERVER_INLINE void fetch_to_write(void *address, ptrdiff_t ahead) {
    __builtin_prefetch(reinterpret_cast<void *>(reinterpret_cast<uintptr_t>(address) + static_cast<uintptr_t>(ahead)), 1);
}

// Steps and statistics of one piece of a row; returns its sum. `out` may equal `in`.
template <class In, class Out, Background mode, bool has_threshold, bool has_statistics, size_t width>
CAMSERVER_INLINE TotalOf<Out> process_piece(const In *in, const uint16_t *background, Out *out, size_t count, Out bound,
                                            const Ahead &ahead, Extremes<Out> &extremes, LaneOf<Out> *column_sums) {
    using Lane = LaneOf<Out>;
    constexpr size_t pixels = width / std::max({sizeof(In), sizeof(Out), sizeof(uint16_t)});
    constexpr size_t part = width / sizeof(Lane);
    constexpr size_t parts = pixels / part;
    using Values = Vector<Out, pixels>;
    using Sums = Vector<Lane, part>;
    static_assert(pixels <= extreme_lanes);
    Values low = load<Values>(extremes.minimum);
    Values high = load<Values>(extremes.maximum);
    Sums row[parts] = {};
    size_t i = 0;
    for (; i + pixels <= count; i += pixels) {
        if (i * sizeof(In) % cache_line == 0) {
            fetch(in + i, ahead.in);
            if constexpr (mode != Background::none) fetch(background + i, ahead.background);
            fetch_to_write(out + i, ahead.out);
        }
        const Values value = vector_step<In, Out, mode, has_threshold, pixels>(in + i, background + i, bound);
        std::memcpy(out + i, &value, sizeof(value));
        if constexpr (!has_statistics) continue;
        low = value < low ? value : low;
        high = value > high ? value : high;
        const Vector<Lane, pixels> wide = widen<Lane, Out, pixels>(value);
#pragma GCC unroll 8
        for (size_t p = 0; p < parts; ++p) {
            Sums part_of_wide;
            Sums column;
            std::memcpy(&part_of_wide, reinterpret_cast<const char *>(&wide) + p * sizeof(Sums), sizeof(Sums));
            std::memcpy(&column, column_sums + i + p * part, sizeof(column));
            column += part_of_wide;
            row[p] += part_of_wide;
            std::memcpy(column_sums + i + p * part, &column, sizeof(column));
        }
    }
    Lane sum = 0;
    if constexpr (has_statistics) {
        store(extremes.minimum, low);
        store(extremes.maximum, high);
        for (size_t p = 1; p < parts; ++p) row[0] += row[p];
        for (size_t lane = 0; lane < part; ++lane) sum += row[0][lane];
    }
    for (; i < count; ++i) {
        const Out value = step<In, Out, mode, has_threshold>(in[i], background + i, bound);
        out[i] = value;
        if constexpr (!has_statistics) continue;
        extremes.include(value);
        column_sums[i] += static_cast<Lane>(value);
        sum += static_cast<Lane>(value);
    }
    return static_cast<TotalOf<Out>>(sum);
}

}  // namespace camserver
