// Which vector instructions the kernels may use, decided once per process.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define CAMSERVER_X86 1
#define CAMSERVER_TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define CAMSERVER_TARGET_AVX512 __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl")))
#else
#define CAMSERVER_X86 0
#endif

// Bodies written once in plain C++ and compiled for each instruction set are inlined into a function per set.
#define CAMSERVER_INLINE inline __attribute__((always_inline))

namespace camserver {

enum class Instructions { baseline, avx2, avx512 };

// The best set that this processor and its operating system support, unless limited.
Instructions instructions();

// Limits the choice, for tests and comparisons; what the processor does not support stays unused.
void limit_instructions(Instructions limit);

const char *instructions_name(Instructions level);

}  // namespace camserver
