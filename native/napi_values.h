// Values of JavaScript, made and read.
#pragma once
#include <node_api.h>
#include <stddef.h>

#include <string>

namespace heddle {

inline napi_value fail(napi_env env, const std::string& message) {
  napi_throw_type_error(env, nullptr, message.c_str());
  return nullptr;
}

inline napi_value string_value(napi_env env, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

inline napi_value number_value(napi_env env, double number) {
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

inline bool get_view(napi_env env, napi_value value, View& view) {
  bool is = false;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return false;
  return napi_get_typedarray_info(env, value, &view.type, &view.length, &view.data, nullptr, nullptr) == napi_ok;
}

inline double get_number(napi_env env, napi_value value, bool& good) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) good = false;
  return number;
}

}  // namespace heddle
