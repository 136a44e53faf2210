// Node-API on Windows. A library's functions are imported by the name of the file that has them, and that of Node is
// not always node.exe: they are looked up in the program that loads the addon instead. `__imp_NAME` is where a call
// through the header's declaration finds the address of NAME.
#include <windows.h>

#define HEDDLE_NODE_API(X)          \
  X(napi_create_array)              \
  X(napi_create_arraybuffer)        \
  X(napi_create_double)             \
  X(napi_create_external_arraybuffer) \
  X(napi_create_function)           \
  X(napi_create_int32)              \
  X(napi_create_object)             \
  X(napi_create_reference)          \
  X(napi_create_string_utf8)        \
  X(napi_create_typedarray)         \
  X(napi_delete_reference)          \
  X(napi_get_array_length)          \
  X(napi_get_boolean)               \
  X(napi_get_cb_info)               \
  X(napi_get_element)               \
  X(napi_get_instance_data)         \
  X(napi_get_null)                  \
  X(napi_get_typedarray_info)       \
  X(napi_get_value_double)          \
  X(napi_get_value_string_utf8)     \
  X(napi_get_value_uint32)          \
  X(napi_is_typedarray)             \
  X(napi_set_element)               \
  X(napi_set_instance_data)         \
  X(napi_set_named_property)        \
  X(napi_throw_type_error)          \
  X(napi_typeof)

extern "C" {
#define HEDDLE_IMPORT(name) FARPROC __imp_##name;
HEDDLE_NODE_API(HEDDLE_IMPORT)
#undef HEDDLE_IMPORT
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
#define HEDDLE_FIND(name) __imp_##name = GetProcAddress(node, #name);
    HEDDLE_NODE_API(HEDDLE_FIND)
#undef HEDDLE_FIND
  }
} imports;

}  // namespace
