// Sleep until a word of memory changes, for at most a while: what `Atomics.wait` is, for threads in native code.
#pragma once
#include <stdint.h>

namespace heddle {

// Sleeps where the word is still `expected`, until it is woken or so many seconds are over; may come back sooner.
void sleep_on(int32_t* word, int32_t expected, double seconds);
// Wakes all that sleep on it.
void wake_all(int32_t* word);

}  // namespace heddle
