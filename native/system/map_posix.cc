#include <sys/mman.h>

#include "system/map.h"

namespace heddle {

uint8_t* map_file(int file, int64_t offset, size_t bytes) {
  if (bytes == 0) return nullptr;
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file, off_t(offset));
  return at == MAP_FAILED ? nullptr : static_cast<uint8_t*>(at);
}

void unmap_file(uint8_t* begin, size_t bytes) { munmap(begin, bytes); }

}  // namespace heddle
