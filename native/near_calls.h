// The call that looks for images that show the same.
#pragma once
#include <node_api.h>
#include <stdint.h>
#include <string.h>

#include <memory>
#include <utility>
#include <vector>

#include "napi_values.h"
#include "near_copies.h"

namespace heddle {

// A look that goes on in a thread of Node's pool.
struct NearLook {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  // The arrays, kept from the garbage collector until it is done.
  std::vector<napi_ref> arrays;
  std::vector<const uint8_t*> images;
  size_t height, width, channels;
  NearLimits limits;
  std::vector<uint32_t> firsts;

  static void run(napi_env, void* data) {
    NearLook& look = *static_cast<NearLook*>(data);
    look.firsts = near_copies(look.images, look.height, look.width, look.channels, look.limits);
  }

  static void finish(napi_env env, napi_status, void* data) {
    const std::unique_ptr<NearLook> look(static_cast<NearLook*>(data));
    const size_t bytes = look->firsts.size() * sizeof(uint32_t);
    void* copy = nullptr;
    napi_value buffer, value;
    napi_create_arraybuffer(env, bytes, &copy, &buffer);
    if (bytes > 0) memcpy(copy, look->firsts.data(), bytes);
    napi_create_typedarray(env, napi_uint32_array, look->firsts.size(), buffer, 0, &value);
    for (napi_ref array : look->arrays) napi_delete_reference(env, array);
    napi_delete_async_work(env, look->work);
    napi_resolve_deferred(env, look->deferred, value);
  }
};

// nearCopies([Uint8Array, …], height, width, channels, scale, cell, mostDifference, leastContrast, leastCorrelation,
// mostCompared): of every image of these arrays, one after the other, the first that it shows the same as; a promise
// of a Uint32Array. Until it comes the arrays must stay as they are.
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
  uint32_t count = 0;
  napi_get_array_length(env, a.value[0], &count);
  std::vector<napi_value> arrays(count);
  std::vector<const uint8_t*> images;
  for (uint32_t i = 0; i < count; i++) {
    View view;
    if (napi_get_element(env, a.value[0], i, &arrays[i]) != napi_ok || !get_view(env, arrays[i], view) ||
        view.type != napi_uint8_array)
      return fail(env, "nearCopies: expected Uint8Arrays");
    for (size_t at = 0; at + size_t(bytes) <= view.length; at += size_t(bytes))
      images.push_back(static_cast<const uint8_t*>(view.data) + at);
  }
  auto look = std::make_unique<NearLook>();
  look->images = std::move(images);
  look->height = size_t(numbers[0]), look->width = size_t(numbers[1]), look->channels = size_t(numbers[2]);
  look->limits = {numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8]};
  for (napi_value array : arrays) napi_create_reference(env, array, 1, &look->arrays.emplace_back());
  napi_value promise;
  napi_create_promise(env, &look->deferred, &promise);
  napi_create_async_work(env, nullptr, string_value(env, "nearCopies"), NearLook::run, NearLook::finish, look.get(),
                         &look->work);
  napi_queue_async_work(env, look->work);
  look.release();  // `finish` has it
  return promise;
}

}  // namespace heddle
