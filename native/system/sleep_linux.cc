#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "system/sleep.h"

namespace heddle {

// Not "private": the word may lie on a page that processes share.
void sleep_on(int32_t* word, int32_t expected, double seconds) {
  const timespec most = {0, long(seconds * 1e9)};
  syscall(SYS_futex, word, FUTEX_WAIT, expected, &most, nullptr, 0);
}

void wake_all(int32_t* word) { syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0); }

}  // namespace heddle
