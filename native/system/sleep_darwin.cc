#include "system/sleep.h"

// The system's own locks and C++ library are made of these two; the public form (os_sync_wait_on_address) came with
// macOS 14.4 only.
extern "C" {
int __ulock_wait(uint32_t operation, void* address, uint64_t value, uint32_t microseconds);
int __ulock_wake(uint32_t operation, void* address, uint64_t value);
}

namespace heddle {
namespace {

constexpr uint32_t compare_and_wait = 1, all = 0x100, no_errno = 0x01000000;

}  // namespace

void sleep_on(int32_t* word, int32_t expected, double seconds) {
  __ulock_wait(compare_and_wait | no_errno, word, uint32_t(expected), uint32_t(seconds * 1e6));
}

void wake_all(int32_t* word) { __ulock_wake(compare_and_wait | all | no_errno, word, 0); }

}  // namespace heddle
