#include <windows.h>

#include "system/map.h"

namespace heddle {
namespace {

// Views begin at multiples of this, sixteen pages.
constexpr int64_t granularity = 65536;

// A descriptor is a number of the C library that is inside node.exe, and this addon has another.
HANDLE handle_of(int file) {
  using Function = HANDLE (*)(int);
  static const auto of = reinterpret_cast<Function>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(nullptr), "uv_get_osfhandle")));
  return of ? of(file) : INVALID_HANDLE_VALUE;
}

}  // namespace

uint8_t* map_file(int file, int64_t offset, size_t bytes) {
  const HANDLE handle = handle_of(file);
  if (bytes == 0 || handle == INVALID_HANDLE_VALUE) return nullptr;
  const HANDLE section = CreateFileMappingW(handle, nullptr, PAGE_WRITECOPY, 0, 0, nullptr);
  if (!section) return nullptr;
  const int64_t begin = offset / granularity * granularity, before = offset - begin;
  void* at = MapViewOfFile(section, FILE_MAP_COPY, DWORD(uint64_t(begin) >> 32), DWORD(begin), bytes + size_t(before));
  // The view keeps the section.
  CloseHandle(section);
  return at ? static_cast<uint8_t*>(at) + before : nullptr;
}

void unmap_file(uint8_t* begin, size_t) {
  UnmapViewOfFile(reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(begin) / granularity * granularity));
}

}  // namespace heddle
