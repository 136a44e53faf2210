#include <windows.h>

#include "system/sleep.h"

namespace heddle {

void sleep_on(int32_t* word, int32_t expected, double seconds) {
  WaitOnAddress(word, &expected, sizeof expected, DWORD(seconds * 1e3));
}

void wake_all(int32_t* word) { WakeByAddressAll(word); }

}  // namespace heddle
