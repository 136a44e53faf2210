// The boundary to JavaScript: checks arguments and calls. No arithmetic here.
#include <node_api.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "cpu.h"
#include "measure.h"
#include "program.h"

namespace {

using heddle::Program;

struct Loaded {
  std::unique_ptr<Program> program;
  napi_ref arena;  // keeps alive the memory that the program points into
};

// What one thread's copy of the addon holds.
struct Instance {
  std::unordered_map<uint32_t, Loaded> programs;
  uint32_t next = 0;  // numbers are not used twice: a program unloaded is never mistaken for a later one
  std::unique_ptr<uint8_t[]> workspace;
};

Instance& instance_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Instance*>(data);
}

napi_value fail(napi_env env, const std::string& message) {
  napi_throw_type_error(env, nullptr, message.c_str());
  return nullptr;
}

napi_value string_value(napi_env env, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

napi_value number_value(napi_env env, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  return value;
}

template <size_t N> struct Arguments {
  napi_value value[N];
  size_t count = N;
  Arguments(napi_env env, napi_callback_info info) { napi_get_cb_info(env, info, &count, value, nullptr, nullptr); }
};

struct View {
  napi_typedarray_type type;
  void* data;
  size_t length;
};

bool get_view(napi_env env, napi_value value, View& view) {
  bool is = false;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return false;
  return napi_get_typedarray_info(env, value, &view.type, &view.length, &view.data, nullptr, nullptr) == napi_ok;
}

double get_number(napi_env env, napi_value value, bool& good) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) good = false;
  return number;
}

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
  if (a.count < 1 || napi_get_value_string_utf8(env, a.value[0], name, sizeof name, &length) != napi_ok) return fail(env, "choose: expected a name");
  napi_value value;
  napi_get_boolean(env, heddle::choose(name), &value);
  return value;
}

// operations(): [[name, signature], …] in the order of their numbers.
napi_value operations(napi_env env, napi_callback_info) {
  napi_value list;
  napi_create_array(env, &list);
  for (uint32_t i = 0; i < heddle::operation_count; i++) {
    napi_value pair;
    napi_create_array(env, &pair);
    napi_set_element(env, pair, 0, string_value(env, heddle::operations()[i].name));
    napi_set_element(env, pair, 1, string_value(env, heddle::operations()[i].signature));
    napi_set_element(env, list, i, pair);
  }
  return list;
}

// address(Uint8Array): where it lies, modulo 4096.
napi_value address(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  View view;
  if (a.count < 1 || !get_view(env, a.value[0], view)) return fail(env, "address: expected a typed array");
  return number_value(env, double(reinterpret_cast<uintptr_t>(view.data) % 4096));
}

// load(Float64Array, Uint8Array): a program over an arena, which lives as long as the program does; returns its number.
napi_value load(napi_env env, napi_callback_info info) {
  Arguments<2> a(env, info);
  View words, arena;
  if (a.count < 2 || !get_view(env, a.value[0], words) || words.type != napi_float64_array ||
      !get_view(env, a.value[1], arena) || arena.type != napi_uint8_array)
    return fail(env, "load: expected a Float64Array and a Uint8Array");
  if (!heddle::chosen()) return fail(env, "load: choose kernels first");
  auto program = std::make_unique<Program>();
  std::string error;
  if (!program->load(static_cast<double*>(words.data), words.length, static_cast<uint8_t*>(arena.data), arena.length, *heddle::chosen(), error))
    return fail(env, "load: " + error);
  napi_ref reference = nullptr;
  napi_create_reference(env, a.value[1], 1, &reference);
  Instance& instance = instance_of(env);
  instance.programs.emplace(instance.next, Loaded{std::move(program), reference});
  return number_value(env, double(instance.next++));
}

// unload(program): forgets it, and lets go of its arena.
napi_value unload(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  uint32_t number = 0;
  Instance& instance = instance_of(env);
  if (a.count < 1 || napi_get_value_uint32(env, a.value[0], &number) != napi_ok) return fail(env, "unload: expected a program");
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
  if (a.count < 2 || napi_get_value_uint32(env, a.value[0], &number) != napi_ok || napi_get_value_uint32(env, a.value[1], &from) != napi_ok)
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
  if (a.count < 1 || napi_get_value_uint32(env, a.value[0], &number) != napi_ok) return fail(env, "profile: expected a program");
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

// Rows x columns at leading dimension ld fit into a view of `length` elements.
bool fits(double rows, double columns, double ld, double length) {
  return rows == 0 || columns == 0 || ((rows == 1 || ld >= columns) && (rows - 1) * ld + columns <= length);
}

// gemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, bias | null, function, slope)
template <class T> napi_value gemm(napi_env env, napi_callback_info info) {
  Arguments<16> v(env, info);
  if (v.count < 16) return fail(env, "gemm: expected 16 arguments");
  bool good = true;
  bool ta = false, tb = false;
  good = good && napi_get_value_bool(env, v.value[0], &ta) == napi_ok && napi_get_value_bool(env, v.value[1], &tb) == napi_ok;
  const auto number = [&](int i) { return get_number(env, v.value[i], good); };
  const double m = number(2), n = number(3), k = number(4), alpha = number(5), lda = number(7), ldb = number(9), beta = number(10),
               ldc = number(12), function = number(14), slope = number(15);
  View a, b, c, bias{};
  const napi_typedarray_type type = sizeof(T) == 4 ? napi_float32_array : napi_float64_array;
  good = good && get_view(env, v.value[6], a) && a.type == type && get_view(env, v.value[8], b) && b.type == type &&
         get_view(env, v.value[11], c) && c.type == type;
  napi_valuetype bias_type = napi_null;
  napi_typeof(env, v.value[13], &bias_type);
  if (bias_type != napi_null) good = good && get_view(env, v.value[13], bias) && bias.type == type && double(bias.length) >= n;
  good = good && m >= 0 && n >= 0 && k >= 0 && function >= 0 && function <= heddle::sigmoid;
  good = good && fits(ta ? k : m, ta ? m : k, lda, double(a.length)) && fits(tb ? n : k, tb ? k : n, ldb, double(b.length)) &&
         fits(m, n, ldc, double(c.length));
  if (!good) return fail(env, "gemm: an argument is of the wrong type, or a matrix is larger than its array");
  if (!heddle::chosen()) return fail(env, "gemm: choose kernels first");
  Instance& instance = instance_of(env);
  if (!instance.workspace) instance.workspace.reset(new uint8_t[heddle::gemm_workspace_bytes + 64]);
  const uintptr_t base = (reinterpret_cast<uintptr_t>(instance.workspace.get()) + 63) / 64 * 64;
  const heddle::GemmArguments<T> arguments = {ta, tb, int64_t(m), int64_t(n), int64_t(k), T(alpha), static_cast<T*>(a.data), int64_t(lda),
    static_cast<T*>(b.data), int64_t(ldb), T(beta), static_cast<T*>(c.data), int64_t(ldc), static_cast<T*>(bias.data),
    int64_t(function), T(slope), reinterpret_cast<void*>(base)};
  if constexpr (sizeof(T) == 4) heddle::chosen()->sgemm(arguments);
  else heddle::chosen()->dgemm(arguments);
  return nullptr;
}

// fmaPeak(bits): multiply-adds a second of one core in registers alone, the best of several runs of some milliseconds.
napi_value fma_peak(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  bool good = a.count == 1;
  const double bits = good ? get_number(env, a.value[0], good) : 0;
  if (!good || (bits != 32 && bits != 64) || !heddle::chosen()) return fail(env, "fmaPeak: expected 32 or 64");
  return number_value(env, heddle::measure_peak(bits == 32));
}

// timeGemm(bits, transposeA, transposeB, m, n, k, seconds): seconds of one call, timed here, the best of many.
napi_value time_gemm(napi_env env, napi_callback_info info) {
  Arguments<7> v(env, info);
  bool good = v.count == 7, ta = false, tb = false;
  good = good && napi_get_value_bool(env, v.value[1], &ta) == napi_ok && napi_get_value_bool(env, v.value[2], &tb) == napi_ok;
  const auto number = [&](int i) { return good ? get_number(env, v.value[i], good) : 0; };
  const double bits = number(0), m = number(3), n = number(4), k = number(5), seconds = number(6);
  if (!good || m < 1 || n < 1 || k < 1 || !heddle::chosen()) return fail(env, "timeGemm: expected bits, two transposes, sizes, seconds");
  return number_value(env, heddle::measure_gemm(bits == 32, ta, tb, int64_t(m), int64_t(n), int64_t(k), seconds));
}

void define(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_set_instance_data(env, new Instance, [](napi_env, void* data, void*) { delete static_cast<Instance*>(data); }, nullptr);
  heddle::ticks_per_second();
  define(env, exports, "isas", isas);
  define(env, exports, "choose", choose);
  define(env, exports, "operations", operations);
  define(env, exports, "address", address);
  define(env, exports, "load", load);
  define(env, exports, "unload", unload);
  define(env, exports, "run", run);
  define(env, exports, "profile", profile);
  define(env, exports, "fmaPeak", fma_peak);
  define(env, exports, "timeGemm", time_gemm);
  define(env, exports, "sgemm", gemm<float>);
  define(env, exports, "dgemm", gemm<double>);
  return exports;
}
