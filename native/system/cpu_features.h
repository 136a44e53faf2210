// What the CPU has of the features that isas.inc names. Compilers have `__builtin_cpu_supports`, and not all of them
// bring the library that it calls.
#pragma once
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>

namespace heddle {

class CpuFeatures {
 public:
  CpuFeatures() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return;
    // The system must save the registers as well: those of AVX, those of AVX-512.
    const uint64_t saved = xcr0();
    const bool avx = (saved & 0x6) == 0x6;
#if defined(__APPLE__)
    // macOS saves those of AVX-512 from their first use on, and says so only then.
    const bool avx512 = avx;
#else
    const bool avx512 = (saved & 0xe6) == 0xe6;
#endif
    fma_ = avx && (c & bit_FMA);
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2_ = avx && (b & bit_AVX2);
    if (avx512) wide_ = b;
  }

  bool has(const char* feature) const {
    const auto is = [&](const char* name) { return strcmp(feature, name) == 0; };
    if (is("fma")) return fma_;
    if (is("avx2")) return avx2_;
    if (is("avx512f")) return wide_ & bit_AVX512F;
    if (is("avx512dq")) return wide_ & bit_AVX512DQ;
    if (is("avx512bw")) return wide_ & bit_AVX512BW;
    if (is("avx512vl")) return wide_ & bit_AVX512VL;
    return false;
  }

 private:
  static uint64_t xcr0() {
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return uint64_t(high) << 32 | low;
  }

  bool fma_ = false, avx2_ = false;
  unsigned wide_ = 0;
};

}  // namespace heddle

#else

namespace heddle {

// No instruction set of these machines asks for a feature.
struct CpuFeatures {
  bool has(const char*) const { return false; }
};

}  // namespace heddle

#endif
