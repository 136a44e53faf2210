// What this CPU can do, and the kernels chosen for it.
#pragma once
#include "kernels.h"

namespace heddle {

// Tables this CPU can run, best first; ends with null. `generic` is always the last.
const KernelTable* const* runnable_tables();
// The chosen one. Null until `choose` has been called with success.
const KernelTable* chosen();
// The best table, or the one named. False where this CPU cannot run it or it does not exist.
bool choose(const char* isa);

// While it lives, denormal numbers count as zero on this thread; the former mode returns with its end. (The thread
// belongs to V8.)
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();

 private:
  uint64_t saved_;
};

// A monotonic count of cheap ticks, and how many a second has.
uint64_t ticks();
double ticks_per_second();

}  // namespace heddle
