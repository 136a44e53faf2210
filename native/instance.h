// What a thread's copy of the addon keeps.
#pragma once
#include <node_api.h>
#include <stdint.h>

#include <memory>
#include <unordered_map>

#include "mapping.h"
#include "program.h"

namespace heddle {

struct Loaded {
  std::unique_ptr<Program> program;
  napi_ref arena;  // keeps alive the memory that the program points into
  Mapping mapping;
};

// What one thread's copy of the addon holds.
struct Instance {
  std::unordered_map<uint32_t, Loaded> programs;
  uint32_t next = 0;  // numbers are not used twice: a program unloaded is never mistaken for a later one
  std::unique_ptr<uint8_t[]> workspace;
};

inline Instance& instance_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Instance*>(data);
}

}  // namespace heddle
