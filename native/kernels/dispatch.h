// Which vector instructions the kernels may use, decided once per process.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define CAMSERVER_X86 1
#define CAMSERVER_TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define CAMSERVER_TARGET_AVX2_FMA __attribute__((target("avx2,bmi,bmi2,fma")))
#define CAMSERVER_TARGET_AVX512 __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl")))
#else
#define CAMSERVER_X86 0
#endif

// Lets the compiler make one instruction of a * b + c, which rounds once instead of twice. The kernels are built without, so that
// integers and their twins agree to the bit; where sums of doubles are fitted it saves a third of the time.
#if defined(__GNUC__) && !defined(__clang__)
#define CAMSERVER_CONTRACT __attribute__((optimize("fp-contract=fast")))
#else
#define CAMSERVER_CONTRACT
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
