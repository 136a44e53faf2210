#include <time.h>

#include "system/clock.h"

namespace heddle {

double steady_seconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

}  // namespace heddle
