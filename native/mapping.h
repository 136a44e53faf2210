// A part of a file in memory.
#pragma once
#include <stdint.h>

#include <utility>

#include "program.h"
#include "system/map.h"

namespace heddle {

// A part of a file, mapped.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int file, int64_t offset, size_t bytes) {
    if (uint8_t* begin = map_file(file, offset, bytes)) stretch_ = {begin, bytes};
  }
  Mapping(Mapping&& other) noexcept : stretch_(std::exchange(other.stretch_, {})) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (stretch_.begin) unmap_file(stretch_.begin, stretch_.bytes);
  }
  Stretch stretch() const { return stretch_; }

 private:
  Stretch stretch_{};
};

}  // namespace heddle
