#include <time.h>

#include "system/sleep.h"

namespace heddle {

// No such call is known here: a nap, after which the caller looks again.
void sleep_on(int32_t*, int32_t, double) {
  const timespec nap = {0, 50000};
  nanosleep(&nap, nullptr);
}

void wake_all(int32_t*) {}

}  // namespace heddle
