// Parts of files as memory.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace heddle {

// A part of an open file, private: whoever writes to it writes to a copy of the page. Null where it cannot be mapped.
// `file` is a descriptor of Node's, `offset` a multiple of the system's page.
uint8_t* map_file(int file, int64_t offset, size_t bytes);
// The address and the length that it was made with.
void unmap_file(uint8_t* begin, size_t bytes);

}  // namespace heddle
