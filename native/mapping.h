// A part of a file in memory.
#pragma once
#include <stdint.h>
#include <sys/mman.h>

#include <utility>

#include "program.h"

namespace heddle {

// A part of a file, mapped. Private: whoever writes to it writes to a copy of the page.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int file, int64_t offset, size_t bytes) {
    void* at = bytes == 0
                   ? MAP_FAILED
                   : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file, off_t(offset));
    if (at != MAP_FAILED) stretch_ = {static_cast<uint8_t*>(at), bytes};
  }
  Mapping(Mapping&& other) noexcept : stretch_(std::exchange(other.stretch_, {})) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (stretch_.begin) munmap(stretch_.begin, stretch_.bytes);
  }
  Stretch stretch() const { return stretch_; }

 private:
  Stretch stretch_{};
};

}  // namespace heddle
