#include "barrier.h"

#include <thread>

#include "cpu.h"
#include "system/sleep.h"

namespace heddle {
namespace {

// After `alone_seconds` a spinning rank lets others have its core between two looks: where a machine has other work,
// the rank that it waits for may share the core with it, and would have to wait until it sleeps.
constexpr double alone_seconds = 2e-6, spin_seconds = 50e-6, slice_seconds = 0.02, patience_seconds = 0.1;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Meeting Arrival::meet(BarrierWords* words, int32_t ranks, bool spin) {
  if (!arrived_) {
    // Read before arriving: afterwards the generation may move on at any moment.
    generation_ = __atomic_load_n(&words->generation, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&words->arrived, 1, __ATOMIC_ACQ_REL) == ranks) {
      __atomic_store_n(&words->arrived, 0, __ATOMIC_RELAXED);
      __atomic_store_n(&words->generation, generation_ + 1, __ATOMIC_SEQ_CST);
      // Sequentially consistent on both sides: either the sleeper sees the new generation, or this sees the sleeper.
      if (__atomic_load_n(&words->sleepers, __ATOMIC_SEQ_CST) > 0) wake_all(&words->generation);
      return Meeting::met;
    }
    arrived_ = true;
  }
  const auto moved = [&] { return __atomic_load_n(&words->generation, __ATOMIC_ACQUIRE) != generation_; };
  const uint64_t start = ticks();
  const uint64_t alone_until = start + uint64_t(alone_seconds * ticks_per_second());
  const uint64_t spin_until = start + uint64_t(spin_seconds * ticks_per_second());
  const uint64_t patience_until = start + uint64_t(patience_seconds * ticks_per_second());
  while (!moved()) {
    if (__atomic_load_n(&words->poison, __ATOMIC_ACQUIRE)) return Meeting::poisoned;
    const uint64_t now = ticks();
    if (now > patience_until) return Meeting::waiting;
    if (spin && now < spin_until) {
      for (int i = 0; i < 16 && !moved(); i++) pause();
      if (now > alone_until && !moved()) std::this_thread::yield();
    } else {
      __atomic_add_fetch(&words->sleepers, 1, __ATOMIC_SEQ_CST);
      sleep_on(&words->generation, generation_, slice_seconds);
      __atomic_sub_fetch(&words->sleepers, 1, __ATOMIC_SEQ_CST);
    }
  }
  arrived_ = false;
  return Meeting::met;
}

}  // namespace heddle
