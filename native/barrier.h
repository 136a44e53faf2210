// Where ranks meet: words in shared memory, each on its own 128 bytes.
#pragma once
#include <stdint.h>

namespace heddle {

struct BarrierWords {
  alignas(128) int32_t arrived;
  alignas(128) int32_t generation;  // grows by one each time all have come
  alignas(128) int32_t sleepers;
  alignas(128) int32_t poison;  // not 0: leave at once, the state is garbage
};

enum class Meeting { met, poisoned, waiting };

// One rank's arrival. `meet` gives up after about a tenth of a second with `waiting` (so that no native call lasts and
// poison is seen); call it again to go on waiting.
class Arrival {
 public:
  // Spinning is for ranks that have a core each: a barrier between spinning ranks costs a third of a microsecond,
  // between sleeping ones 5 and more. With more ranks than cores, a spinning rank would keep the others from coming.
  Meeting meet(BarrierWords* words, int32_t ranks, bool spin);

 private:
  bool arrived_ = false;
  int32_t generation_ = 0;
};

}  // namespace heddle
