// What the C++ library would do for exceptions, of which there are none: without this the addon would carry the code
// that prints their names and unwinds the stack, a tenth of its bytes. Memory that is not there ends the process, as in
// Node itself.
#include <stdio.h>
#include <stdlib.h>

#include <new>

namespace {

void* allocate(size_t bytes) {
  void* const p = malloc(bytes ? bytes : 1);
  if (!p) {
    fputs("heddle: out of memory\n", stderr);
    abort();
  }
  return p;
}

}  // namespace

void* operator new(size_t bytes) { return allocate(bytes); }
void* operator new[](size_t bytes) { return allocate(bytes); }
void operator delete(void* p) noexcept { free(p); }
void operator delete[](void* p) noexcept { free(p); }
void operator delete(void* p, size_t) noexcept { free(p); }
void operator delete[](void* p, size_t) noexcept { free(p); }

// A name that is not decoded is printed as it is.
extern "C" char* __cxa_demangle(const char*, char*, size_t*, int* status) {
  *status = -1;
  return nullptr;
}
