// The calls that multiply matrices, and that measure it.
#pragma once
#include <node_api.h>
#include <stdint.h>

#include <iterator>

#include "activation/list.h"
#include "cpu.h"
#include "instance.h"
#include "measure.h"
#include "napi_values.h"

namespace heddle {

// Rows x columns at leading dimension ld fit into a view of `length` elements.
inline bool fits(double rows, double columns, double ld, double length) {
  return rows == 0 || columns == 0 || ((rows == 1 || ld >= columns) && (rows - 1) * ld + columns <= length);
}

// gemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, bias | null, activation, slope)
template <class T> inline napi_value gemm(napi_env env, napi_callback_info info) {
  Arguments<16> v(env, info);
  if (v.count < 16) return fail(env, "gemm: expected 16 arguments");
  bool good = true;
  bool ta = false, tb = false;
  good = good && napi_get_value_bool(env, v.value[0], &ta) == napi_ok &&
         napi_get_value_bool(env, v.value[1], &tb) == napi_ok;
  const auto number = [&](int i) { return get_number(env, v.value[i], good); };
  const double m = number(2), n = number(3), k = number(4), alpha = number(5), lda = number(7), ldb = number(9),
               beta = number(10), ldc = number(12), activation = number(14), slope = number(15);
  View a, b, c, bias{};
  const napi_typedarray_type type = sizeof(T) == 4 ? napi_float32_array : napi_float64_array;
  good = good && get_view(env, v.value[6], a) && a.type == type && get_view(env, v.value[8], b) && b.type == type &&
         get_view(env, v.value[11], c) && c.type == type;
  napi_valuetype bias_type = napi_null;
  napi_typeof(env, v.value[13], &bias_type);
  if (bias_type != napi_null)
    good = good && get_view(env, v.value[13], bias) && bias.type == type && double(bias.length) >= n;
  good = good && m >= 0 && n >= 0 && k >= 0 && activation >= 0 && activation < double(std::size(functions));
  good = good && fits(ta ? k : m, ta ? m : k, lda, double(a.length)) &&
         fits(tb ? n : k, tb ? k : n, ldb, double(b.length)) && fits(m, n, ldc, double(c.length));
  if (!good) return fail(env, "gemm: an argument is of the wrong type, or a matrix is larger than its array");
  if (!chosen()) return fail(env, "gemm: choose kernels first");
  Instance& instance = instance_of(env);
  if (!instance.workspace) instance.workspace.reset(new uint8_t[gemm_workspace_bytes + 64]);
  const uintptr_t base = (reinterpret_cast<uintptr_t>(instance.workspace.get()) + 63) / 64 * 64;
  const GemmArguments<T> arguments = {ta,
                                      tb,
                                      int64_t(m),
                                      int64_t(n),
                                      int64_t(k),
                                      T(alpha),
                                      static_cast<T*>(a.data),
                                      int64_t(lda),
                                      static_cast<T*>(b.data),
                                      int64_t(ldb),
                                      T(beta),
                                      static_cast<T*>(c.data),
                                      int64_t(ldc),
                                      static_cast<T*>(bias.data),
                                      Activation(int64_t(activation)),
                                      T(slope),
                                      reinterpret_cast<void*>(base)};
  if constexpr (sizeof(T) == 4)
    chosen()->sgemm(arguments);
  else
    chosen()->dgemm(arguments);
  return nullptr;
}

// fmaPeak(bits): multiply-adds a second of one core in registers alone, the best of several runs of some milliseconds.
inline napi_value fma_peak(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  bool good = a.count == 1;
  const double bits = good ? get_number(env, a.value[0], good) : 0;
  if (!good || (bits != 32 && bits != 64) || !chosen()) return fail(env, "fmaPeak: expected 32 or 64");
  return number_value(env, measure_peak(bits == 32));
}

// timeGemm(bits, transposeA, transposeB, m, n, k, seconds): seconds of one call, timed here, the best of many.
inline napi_value time_gemm(napi_env env, napi_callback_info info) {
  Arguments<7> v(env, info);
  bool good = v.count == 7, ta = false, tb = false;
  good = good && napi_get_value_bool(env, v.value[1], &ta) == napi_ok &&
         napi_get_value_bool(env, v.value[2], &tb) == napi_ok;
  const auto number = [&](int i) { return good ? get_number(env, v.value[i], good) : 0; };
  const double bits = number(0), m = number(3), n = number(4), k = number(5), seconds = number(6);
  if (!good || m < 1 || n < 1 || k < 1 || !chosen())
    return fail(env, "timeGemm: expected bits, two transposes, sizes, seconds");
  return number_value(env, measure_gemm(bits == 32, ta, tb, int64_t(m), int64_t(n), int64_t(k), seconds));
}

}  // namespace heddle
