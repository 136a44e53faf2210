// What the CPU has of the features that isas.inc names, asked of it by CPUID. Compilers have `__builtin_cpu_supports`,
// and not all of them bring the library that it calls.
#pragma once
#include <stddef.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>

namespace heddle {

enum class Saved { nothing, avx, avx512 };

// By the names that compilers have. Leaf 1 or 7; word 1 is EBX, 2 ECX, 3 EDX; the registers that the system must save.
struct CpuFeature {
  const char* name;
  int leaf, word, bit;
  Saved saved;
};
constexpr CpuFeature cpu_features[] = {
    {"ssse3", 1, 2, 9, Saved::nothing},      {"sse4.1", 1, 2, 19, Saved::nothing},
    {"sse4.2", 1, 2, 20, Saved::nothing},    {"popcnt", 1, 2, 23, Saved::nothing},
    {"bmi", 7, 1, 3, Saved::nothing},        {"bmi2", 7, 1, 8, Saved::nothing},
    {"avx", 1, 2, 28, Saved::avx},           {"f16c", 1, 2, 29, Saved::avx},
    {"fma", 1, 2, 12, Saved::avx},           {"avx2", 7, 1, 5, Saved::avx},
    {"avx512f", 7, 1, 16, Saved::avx512},    {"avx512dq", 7, 1, 17, Saved::avx512},
    {"avx512ifma", 7, 1, 21, Saved::avx512}, {"avx512cd", 7, 1, 28, Saved::avx512},
    {"avx512bw", 7, 1, 30, Saved::avx512},   {"avx512vl", 7, 1, 31, Saved::avx512},
    {"avx512vbmi", 7, 2, 1, Saved::avx512},  {"avx512vbmi2", 7, 2, 6, Saved::avx512},
    {"avx512vnni", 7, 2, 11, Saved::avx512}, {"avx512fp16", 7, 3, 23, Saved::avx512},
};

// Has no body: a name that is not in the table does not compile.
size_t no_such_cpu_feature();

constexpr size_t cpu_feature(const char* name) {
  size_t place = 0;
  for (const CpuFeature& feature : cpu_features) {
    size_t i = 0;
    while (name[i] != '\0' && name[i] == feature.name[i]) i++;
    if (name[i] == feature.name[i]) return place;
    place++;
  }
  return no_such_cpu_feature();
}

class CpuFeatures {
 public:
  CpuFeatures() {
    if (!__get_cpuid(1, &words_[0][0], &words_[0][1], &words_[0][2], &words_[0][3])) return;
    if (!__get_cpuid_count(7, 0, &words_[1][0], &words_[1][1], &words_[1][2], &words_[1][3])) return;
    if (!(words_[0][2] & bit_OSXSAVE)) return;
    const uint64_t saved = xcr0();
    avx_ = (saved & 0x6) == 0x6;
#if defined(__APPLE__)
    // macOS saves those of AVX-512 from their first use on, and says so only then.
    avx512_ = avx_;
#else
    avx512_ = (saved & 0xe6) == 0xe6;
#endif
  }

  bool has(size_t place) const {
    const CpuFeature& feature = cpu_features[place];
    const bool saved = feature.saved == Saved::nothing || (feature.saved == Saved::avx ? avx_ : avx512_);
    return saved && (words_[feature.leaf == 7][feature.word] >> feature.bit & 1) != 0;
  }

 private:
  static uint64_t xcr0() {
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return uint64_t(high) << 32 | low;
  }

  // EAX, EBX, ECX, EDX of leaf 1 and of leaf 7.
  unsigned words_[2][4] = {};
  bool avx_ = false, avx512_ = false;
};

}  // namespace heddle

#else

namespace heddle {

// No instruction set of these machines asks for a feature.
constexpr size_t cpu_feature(const char*) { return 0; }
struct CpuFeatures {
  bool has(size_t) const { return false; }
};

}  // namespace heddle

#endif
