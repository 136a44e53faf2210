// The calls by which JavaScript joins other processes and speaks with them.
#pragma once
#include <node_api.h>

#include <string>
#include <utility>
#include <vector>

#include "mpi.h"
#include "napi_values.h"
#include "neighbors.h"

namespace heddle {

inline std::vector<std::string> get_strings(napi_env env, napi_value list) {
  uint32_t length = 0;
  std::vector<std::string> strings;
  if (napi_get_array_length(env, list, &length) != napi_ok) return strings;
  for (uint32_t i = 0; i < length; i++) {
    napi_value value;
    char text[1024] = "";
    size_t written = 0;
    napi_get_element(env, list, i, &value);
    napi_get_value_string_utf8(env, value, text, sizeof text, &written);
    strings.emplace_back(text, written);
  }
  return strings;
}

// mpi.join(names): opens the first library that loads, and joins: { process, processes, library, error }.
inline napi_value mpi_join_call(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  const Joined joined = mpi_join(get_strings(env, a.value[0]));
  napi_value object;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "process", number_value(env, joined.process));
  napi_set_named_property(env, object, "processes", number_value(env, joined.processes));
  napi_set_named_property(env, object, "library", string_value(env, joined.library.c_str()));
  napi_set_named_property(env, object, "error", string_value(env, joined.error.c_str()));
  return object;
}

// mpi.hosts(names): where each process runs.
inline napi_value mpi_hosts_call(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  mpi_hosts(get_strings(env, a.value[0]));
  return nullptr;
}

// mpi.begin(bytes, edges): what process p has made its own of, bytes [edges[p], edges[p + 1]), goes to all. The caller
// keeps the memory alive until `mpi.done`.
inline napi_value mpi_begin_call(napi_env env, napi_callback_info info) {
  Arguments<2> a(env, info);
  View view, edges;
  const size_t processes = size_t(mpi_processes());
  if (a.count < 2 || !get_view(env, a.value[0], view) || view.type != napi_uint8_array ||
      !get_view(env, a.value[1], edges) || edges.type != napi_float64_array || edges.length != processes + 1)
    return fail(env, "mpi.begin: expected bytes, and edges of processes");
  const double* edge = static_cast<double*>(edges.data);
  Gather gather{view.data, {}, {}};
  for (size_t p = 0; p < processes; p++) {
    const bool good = edge[p] >= 0 && edge[p] <= edge[p + 1] && edge[p + 1] <= double(view.length);
    if (!good || int64_t(edge[p]) % 4 || int64_t(edge[p + 1]) % 4 || edge[p + 1] / 4 > INT32_MAX)
      return fail(env, "mpi.begin: edges outside the bytes, or not of words");
    gather.places.push_back(int(edge[p] / 4));
    gather.counts.push_back(int((edge[p + 1] - edge[p]) / 4));
  }
  Exchange exchange;
  exchange.gathers.push_back(std::move(gather));
  mpi_begin(std::move(exchange));
  return nullptr;
}

// mpi.done(seconds): whether that is done, waiting for it at most so long.
inline napi_value mpi_done_call(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  bool good = true;
  napi_value value;
  napi_get_boolean(env, mpi_wait(get_number(env, a.value[0], good)), &value);
  return value;
}

// mpi.sign(): by what the other processes of this machine find this one: the numbers of a NeighborSign.
inline napi_value mpi_sign_call(napi_env env, napi_callback_info) {
  const NeighborSign sign = neighbor_sign();
  napi_value array;
  napi_create_array_with_length(env, 4, &array);
  uint32_t i = 0;
  for (const double number : {sign.pid, sign.page, sign.address, sign.word})
    napi_set_element(env, array, i++, number_value(env, number));
  return array;
}

// mpi.meetNeighbors(signs): whether exchanges can go from memory to memory; mpi.beginNeighbors(): from now on they do.
inline napi_value mpi_meet_neighbors_call(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  View view;
  if (a.count < 1 || !get_view(env, a.value[0], view) || view.type != napi_float64_array || view.length % 4)
    return fail(env, "mpi.meetNeighbors: expected signs");
  const double* words = static_cast<double*>(view.data);
  std::vector<NeighborSign> signs;
  for (size_t i = 0; i < view.length; i += 4) signs.push_back({words[i], words[i + 1], words[i + 2], words[i + 3]});
  napi_value value;
  napi_get_boolean(env, neighbors_meet(signs, mpi_process()), &value);
  return value;
}
inline napi_value mpi_begin_neighbors_call(napi_env, napi_callback_info) { return neighbors_begin(), nullptr; }

// mpi.bytes(): received so far in exchanges.
inline napi_value mpi_bytes_call(napi_env env, napi_callback_info) { return number_value(env, double(mpi_bytes())); }

// mpi.wish(signal): asks the first process to stop; mpi.wished(): what others asked, 0 or a signal.
inline napi_value mpi_wish_call(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  bool good = true;
  mpi_wish(int(get_number(env, a.value[0], good)));
  return nullptr;
}
inline napi_value mpi_wished_call(napi_env env, napi_callback_info) { return number_value(env, mpi_wished()); }

// mpi.leave(): returns when all processes leave; mpi.abort(code): ends them all.
inline napi_value mpi_leave_call(napi_env, napi_callback_info) { return mpi_leave(), nullptr; }
inline napi_value mpi_abort_call(napi_env env, napi_callback_info info) {
  Arguments<1> a(env, info);
  bool good = true;
  mpi_abort(int(get_number(env, a.value[0], good)));
}

}  // namespace heddle
