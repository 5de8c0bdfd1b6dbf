#include "kernels/dispatch.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace camserver {
namespace {

Instructions supported() {
#if CAMSERVER_X86
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
    if (!avx2) return Instructions::baseline;
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return avx512 ? Instructions::avx512 : Instructions::avx2;
#else
    return Instructions::baseline;
#endif
}

Instructions limit_from_environment() {
    const char *text = std::getenv("CAMSERVER_INSTRUCTIONS");
    if (text != nullptr && std::strcmp(text, "baseline") == 0) return Instructions::baseline;
    if (text != nullptr && std::strcmp(text, "avx2") == 0) return Instructions::avx2;
    return Instructions::avx512;
}

Instructions lower(Instructions a, Instructions b) { return a < b ? a : b; }

std::atomic<Instructions> &chosen() {
    static std::atomic<Instructions> level{lower(supported(), limit_from_environment())};
    return level;
}

}  // namespace

Instructions instructions() { return chosen().load(std::memory_order_relaxed); }

void limit_instructions(Instructions limit) { chosen().store(lower(supported(), limit)); }

const char *instructions_name(Instructions level) {
    switch (level) {
        case Instructions::avx512: return "avx512";
        case Instructions::avx2: return "avx2";
        default: return "baseline";
    }
}

}  // namespace camserver
