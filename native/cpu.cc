#include "cpu.h"

#include <type_traits>

#include "system/clock.h"
#include "system/cpu_features.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace heddle {

namespace {

constexpr int isa_count = 0
#define HEDDLE_ISA(name, machine, needs, flags) HEDDLE_ON_##machine(+1)
#include "isa/isas.inc"
#undef HEDDLE_ISA
    ;

struct Tables {
  const KernelTable* list[isa_count + 1] = {};
  Tables() {
    int n = 0;
    [[maybe_unused]] const CpuFeatures cpu;
#define HEDDLE_NEEDS(feature) &&cpu.has(std::integral_constant<size_t, cpu_feature(feature)>::value)
#define HEDDLE_ISA(name, machine, needs, flags) HEDDLE_ON_##machine(if (true needs) list[n++] = &table_##name;)
#include "isa/isas.inc"
#undef HEDDLE_ISA
#undef HEDDLE_NEEDS
  }
};

}  // namespace

const KernelTable* const* runnable_tables() {
  // Made once, whichever of the worker threads comes first.
  static const Tables tables;
  return tables.list;
}

static const KernelTable* chosen_table = nullptr;

const KernelTable* chosen() { return chosen_table; }

bool choose(const char* isa) {
  for (const KernelTable* const* t = runnable_tables(); *t; t++) {
    if (isa == nullptr || strcmp((*t)->isa, isa) == 0) {
      chosen_table = *t;
      return true;
    }
  }
  return false;
}

#if defined(__x86_64__)
FlushDenormals::FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(uint32_t(saved_) | 0x8040); }
FlushDenormals::~FlushDenormals() { _mm_setcsr(uint32_t(saved_)); }
uint64_t ticks() { return __rdtsc(); }
#elif defined(__aarch64__)
FlushDenormals::FlushDenormals() {
  asm volatile("mrs %0, fpcr" : "=r"(saved_));
  asm volatile("msr fpcr, %0" : : "r"(saved_ | (1ull << 24)));
}
FlushDenormals::~FlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
uint64_t ticks() {
  uint64_t t;
  asm volatile("mrs %0, cntvct_el0" : "=r"(t));
  return t;
}
#else
FlushDenormals::FlushDenormals() : saved_(0) {}
FlushDenormals::~FlushDenormals() { (void)saved_; }
uint64_t ticks() { return uint64_t(steady_seconds() * 1e9); }
#endif

double ticks_per_second() {
  static double rate = 0;
  if (rate == 0) {
    // 2 ms against the system's clock: good to a per mille.
    const double start = steady_seconds();
    const uint64_t from = ticks();
    double seconds;
    do seconds = steady_seconds() - start;
    while (seconds < 2e-3);
    rate = double(ticks() - from) / seconds;
  }
  return rate;
}

}  // namespace heddle
