// Portable vector types of the compiler: one source serves SSE2, AVX2, AVX-512 and NEON.
#pragma once

#include <cstddef>
#include <cstring>

#include "kernels/dispatch.h"

namespace camserver {

template <class T, size_t count>
struct VectorOf {
    typedef T type __attribute__((vector_size(sizeof(T) * count)));
};
template <class T, size_t count>
using Vector = typename VectorOf<T, count>::type;

template <class V, class T>
CAMSERVER_INLINE V load(const T *source) {
    V value;
    std::memcpy(&value, source, sizeof(value));
    return value;
}

template <class V, class T>
CAMSERVER_INLINE void store(T *target, V value) {
    std::memcpy(target, &value, sizeof(value));
}

}  // namespace camserver
