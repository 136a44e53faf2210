// The boundary to JavaScript: checks arguments and calls. No arithmetic here.
#include <node_api.h>
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "activation/list.h"
#include "cpu.h"
#include "gemm_calls.h"
#include "instance.h"
#include "mapping.h"
#include "measure.h"
#include "mpi_calls.h"
#include "napi_values.h"
#include "near_calls.h"
#include "optimizer/list.h"
#include "program.h"

// The C++ runtime that is linked in asks glibc whether there is one thread alone, by a symbol newer (2.32) than what
// Node 20 needs (2.28). There never is.
extern "C" {
__attribute__((visibility("hidden"))) char __libc_single_threaded = 0;
}

namespace {

using heddle::Arguments, heddle::Instance, heddle::Loaded, heddle::Mapping, heddle::Program, heddle::View;
using heddle::fail, heddle::get_number, heddle::get_view, heddle::number_value, heddle::string_value;
using heddle::fma_peak, heddle::gemm, heddle::instance_of, heddle::time_gemm;

// isas(): names of the kernels this CPU can run, best first.
napi_value isas(napi_env env, napi_callback_info) {
  napi_value list;
  napi_create_array(env, &list);
  uint32_t i = 0;
  for (auto t = heddle::runnable_tables(); *t; t++) napi_set_element(env, list, i++, string_value(env, (*t)->isa));
  return list;
}

// choose(name): takes these kernels from now on; false where this CPU cannot run them.
napi_value choose(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  char name[32] = "";
  size_t length = 0;
  if (a.count < 1 || napi_get_value_string_utf8(env, a.value[0], name, sizeof name, &length) != napi_ok)
    return fail(env, "choose: expected a name");
  napi_value value;
  napi_get_boolean(env, heddle::choose(name), &value);
  return value;
}

// [[name, value], …] of a list whose entries `value_of` turns into values.
template <class Entry, size_t n, class ValueOf>
napi_value pairs(napi_env env, const Entry (&list)[n], ValueOf&& value_of) {
  napi_value array;
  napi_create_array(env, &array);
  for (uint32_t i = 0; i < n; i++) {
    napi_value pair;
    napi_create_array(env, &pair);
    napi_set_element(env, pair, 0, string_value(env, list[i].name));
    napi_set_element(env, pair, 1, value_of(list[i]));
    napi_set_element(env, array, i, pair);
  }
  return array;
}

// operations(): [[name, signature], …] in the order of their numbers.
napi_value operations(napi_env env, napi_callback_info) {
  return pairs(env, heddle::operations, [&](const heddle::Operation& o) { return string_value(env, o.signature); });
}

// functions(): [[name, "y" or "x": what the derivative is computed from], …] in the order of their numbers.
napi_value functions(napi_env env, napi_callback_info) {
  return pairs(env, heddle::functions, [&](const heddle::FunctionLine& f) { return string_value(env, f.kept); });
}

// optimizers(): [[name, numbers of state of a weight], …] in the order of their numbers.
napi_value optimizers(napi_env env, napi_callback_info) {
  return pairs(env, heddle::optimizers, [&](const heddle::OptimizerLine& o) { return number_value(env, o.states); });
}

// address(Uint8Array): where it lies, modulo 4096.
napi_value address(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  View view;
  if (a.count < 1 || !get_view(env, a.value[0], view)) return fail(env, "address: expected a typed array");
  return number_value(env, double(reinterpret_cast<uintptr_t>(view.data) % 4096));
}

// The part of an open file that three arguments name: descriptor, offset (a multiple of a page) and bytes; nothing
// where there are none.
bool map_arguments(napi_env env, const napi_value* values, size_t count, std::optional<Mapping>& mapping) {
  if (count < 3) return true;
  napi_valuetype type;
  if (napi_typeof(env, values[0], &type) != napi_ok || type == napi_undefined) return true;
  bool good = true;
  const double file = get_number(env, values[0], good), offset = get_number(env, values[1], good),
               bytes = get_number(env, values[2], good);
  if (!good || !(file >= 0) || !(offset >= 0) || !(bytes > 0)) return false;
  mapping.emplace(int(file), int64_t(offset), size_t(bytes));
  return mapping->stretch().begin != nullptr;
}

// map(descriptor, offset, bytes): that part of an open file as a Uint8Array, read as it is looked at; null where it
// cannot be mapped.
napi_value map(napi_env env, napi_callback_info info) {
  Arguments<3> a(env, info);
  std::optional<Mapping> mapping;
  napi_value value;
  napi_get_null(env, &value);
  if (!map_arguments(env, a.value, a.count, mapping) || !mapping) return value;
  auto* kept = new Mapping(std::move(*mapping));
  const auto [begin, bytes] = kept->stretch();
  napi_value buffer;
  const auto forget = [](napi_env, void*, void* hint) { delete static_cast<Mapping*>(hint); };
  if (napi_create_external_arraybuffer(env, begin, bytes, forget, kept, &buffer) != napi_ok) {
    delete kept;
    return value;
  }
  napi_create_typedarray(env, napi_uint8_array, bytes, buffer, 0, &value);
  return value;
}

// load(Float64Array, Uint8Array[, descriptor, offset, bytes]): a program over an arena, which lives as long as the
// program does, and over a part of a file; returns its number.
napi_value load(napi_env env, napi_callback_info info) {
  Arguments<5> a(env, info);
  View words, arena;
  if (a.count < 2 || !get_view(env, a.value[0], words) || words.type != napi_float64_array ||
      !get_view(env, a.value[1], arena) || arena.type != napi_uint8_array)
    return fail(env, "load: expected a Float64Array and a Uint8Array");
  if (!heddle::chosen()) return fail(env, "load: choose kernels first");
  std::optional<Mapping> mapping;
  if (!map_arguments(env, a.value + 2, a.count > 2 ? a.count - 2 : 0, mapping))
    return fail(env, "load: the file cannot be mapped");
  auto program = std::make_unique<Program>();
  std::string error;
  const heddle::Stretch over{static_cast<uint8_t*>(arena.data), arena.length},
      mapped = mapping ? mapping->stretch() : heddle::Stretch{};
  if (!program->load(static_cast<double*>(words.data), words.length, over, mapped, *heddle::chosen(), error))
    return fail(env, "load: " + error);
  napi_ref reference = nullptr;
  napi_create_reference(env, a.value[1], 1, &reference);
  Instance& instance = instance_of(env);
  instance.programs.emplace(instance.next,
                            Loaded{std::move(program), reference, mapping ? std::move(*mapping) : Mapping()});
  return number_value(env, double(instance.next++));
}

// unload(program): forgets it, and lets go of its arena.
napi_value unload(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  uint32_t number = 0;
  Instance& instance = instance_of(env);
  if (a.count < 1 || napi_get_value_uint32(env, a.value[0], &number) != napi_ok)
    return fail(env, "unload: expected a program");
  const auto found = instance.programs.find(number);
  if (found == instance.programs.end()) return fail(env, "unload: expected a loaded program");
  napi_delete_reference(env, found->second.arena);
  instance.programs.erase(found);
  return nullptr;
}

// run(program, from): a status below 0, or the operation to go on from.
napi_value run(napi_env env, napi_callback_info info) {
  Arguments<2> a(env, info);
  uint32_t number = 0, from = 0;
  if (a.count < 2 || napi_get_value_uint32(env, a.value[0], &number) != napi_ok ||
      napi_get_value_uint32(env, a.value[1], &from) != napi_ok)
    return fail(env, "run: expected a program and an operation's number");
  Instance& instance = instance_of(env);
  const auto found = instance.programs.find(number);
  if (found == instance.programs.end()) return fail(env, "run: expected a loaded program");
  napi_value value;
  napi_create_int32(env, found->second.program->run(from), &value);
  return value;
}

// profile(program): seconds of each operation since the last call, a Float64Array; the first call begins the count.
napi_value profile(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  uint32_t number = 0;
  Instance& instance = instance_of(env);
  if (a.count < 1 || napi_get_value_uint32(env, a.value[0], &number) != napi_ok)
    return fail(env, "profile: expected a program");
  const auto found = instance.programs.find(number);
  if (found == instance.programs.end()) return fail(env, "profile: expected a loaded program");
  const std::vector<double> seconds = found->second.program->profile();
  void* data = nullptr;
  napi_value buffer, value;
  napi_create_arraybuffer(env, seconds.size() * sizeof(double), &data, &buffer);
  if (!seconds.empty()) memcpy(data, seconds.data(), seconds.size() * sizeof(double));
  napi_create_typedarray(env, napi_float64_array, seconds.size(), buffer, 0, &value);
  return value;
}

// oneArena(): threads from now on share what the C library's allocator has. glibc gives each of the first of them a
// pool of its own, which keeps what was freed; what others do is left to them.
napi_value one_arena(napi_env, napi_callback_info) {
#ifdef M_ARENA_MAX
  mallopt(M_ARENA_MAX, 1);
#endif
  return nullptr;
}

void define(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_set_instance_data(
      env, new Instance, [](napi_env, void* data, void*) { delete static_cast<Instance*>(data); }, nullptr);
  heddle::ticks_per_second();
  define(env, exports, "isas", isas);
  define(env, exports, "choose", choose);
  define(env, exports, "operations", operations);
  define(env, exports, "functions", functions);
  define(env, exports, "optimizers", optimizers);
  define(env, exports, "address", address);
  define(env, exports, "map", map);
  define(env, exports, "load", load);
  define(env, exports, "unload", unload);
  define(env, exports, "run", run);
  define(env, exports, "profile", profile);
  define(env, exports, "oneArena", one_arena);
  define(env, exports, "fmaPeak", fma_peak);
  define(env, exports, "timeGemm", time_gemm);
  define(env, exports, "sgemm", gemm<float>);
  define(env, exports, "dgemm", gemm<double>);
  define(env, exports, "nearCopies", heddle::near_copies_call);
  napi_value mpi;
  napi_create_object(env, &mpi);
  define(env, mpi, "join", heddle::mpi_join_call);
  define(env, mpi, "hosts", heddle::mpi_hosts_call);
  define(env, mpi, "begin", heddle::mpi_begin_call);
  define(env, mpi, "done", heddle::mpi_done_call);
  define(env, mpi, "sign", heddle::mpi_sign_call);
  define(env, mpi, "meetNeighbors", heddle::mpi_meet_neighbors_call);
  define(env, mpi, "beginNeighbors", heddle::mpi_begin_neighbors_call);
  define(env, mpi, "bytes", heddle::mpi_bytes_call);
  define(env, mpi, "wish", heddle::mpi_wish_call);
  define(env, mpi, "wished", heddle::mpi_wished_call);
  define(env, mpi, "leave", heddle::mpi_leave_call);
  define(env, mpi, "abort", heddle::mpi_abort_call);
  napi_set_named_property(env, exports, "mpi", mpi);
  return exports;
}
