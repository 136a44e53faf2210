#include <windows.h>

#include "system/clock.h"

namespace heddle {

double steady_seconds() {
  LARGE_INTEGER count, a_second;
  QueryPerformanceCounter(&count);
  QueryPerformanceFrequency(&a_second);
  return double(count.QuadPart) / double(a_second.QuadPart);
}

}  // namespace heddle
