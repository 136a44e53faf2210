// Node-API on Windows. A library's functions are imported by the name of the file that has them, and that of Node is
// not always node.exe: they are looked up in the program that loads the addon instead. `__imp_NAME` is where a call
// through the header's declaration finds the address of NAME.
#include <windows.h>

extern "C" {
#define HEDDLE_NODE_API(name) FARPROC __imp_##name;
#include "generated/node_api.inc"
#undef HEDDLE_NODE_API
}

namespace {

// As the addon is loaded, before Node calls into it.
const struct Imports {
  Imports() {
    HMODULE node = GetModuleHandleW(nullptr);
    // Programs that embed Node have it in a library.
    const wchar_t* const libraries[] = {L"libnode.dll", L"node.dll"};
    for (const wchar_t* library : libraries)
      if (!GetProcAddress(node, "napi_create_object") && GetModuleHandleW(library)) node = GetModuleHandleW(library);
#define HEDDLE_NODE_API(name) __imp_##name = GetProcAddress(node, #name);
#include "generated/node_api.inc"
#undef HEDDLE_NODE_API
  }
} imports;

}  // namespace
