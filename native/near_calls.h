// The call that looks for images that show the same.
#pragma once
#include <node_api.h>
#include <stdint.h>
#include <string.h>

#include <vector>

#include "napi_values.h"
#include "near_copies.h"

namespace heddle {

// nearCopies([Uint8Array, …], height, width, channels, scale, cell, mostDifference, leastContrast, leastCorrelation,
// mostCompared): of every image of these arrays, one after the other, the first that it shows the same as; a
// Uint32Array.
inline napi_value near_copies_call(napi_env env, napi_callback_info info) {
  Arguments<10> a(env, info);
  bool good = a.count == 10, is_array = false;
  good = good && napi_is_array(env, a.value[0], &is_array) == napi_ok && is_array;
  if (!good) return fail(env, "nearCopies: expected a list of arrays and nine numbers");
  double numbers[9];
  for (int i = 0; i < 9; i++) {
    numbers[i] = get_number(env, a.value[i + 1], good);
    good = good && numbers[i] > 0;
  }
  const double bytes = numbers[0] * numbers[1] * numbers[2];
  if (!good || !(bytes < 4294967296.0)) return fail(env, "nearCopies: expected positive numbers");
  uint32_t arrays = 0;
  napi_get_array_length(env, a.value[0], &arrays);
  std::vector<const uint8_t*> images;
  for (uint32_t i = 0; i < arrays; i++) {
    napi_value array;
    View view;
    if (napi_get_element(env, a.value[0], i, &array) != napi_ok || !get_view(env, array, view) ||
        view.type != napi_uint8_array)
      return fail(env, "nearCopies: expected Uint8Arrays");
    for (size_t at = 0; at + size_t(bytes) <= view.length; at += size_t(bytes))
      images.push_back(static_cast<const uint8_t*>(view.data) + at);
  }
  const NearLimits limits{numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8]};
  const std::vector<uint32_t> firsts =
      near_copies(images, size_t(numbers[0]), size_t(numbers[1]), size_t(numbers[2]), limits);
  void* data = nullptr;
  napi_value buffer, value;
  napi_create_arraybuffer(env, firsts.size() * sizeof(uint32_t), &data, &buffer);
  if (!firsts.empty()) memcpy(data, firsts.data(), firsts.size() * sizeof(uint32_t));
  napi_create_typedarray(env, napi_uint32_array, firsts.size(), buffer, 0, &value);
  return value;
}

}  // namespace heddle
