// What the cases of products_check.cc stand on: deterministic numbers, guarded buffers, and the comparison of every
// instruction set of this machine with `generic`.
//
// NEON and x86 flush denormals alike but for one border: a result that only rounding lifts to the smallest normal
// number is 0 on NEON (looked at before rounding) and that number on x86 (after). The data below keep away from it: a
// hash that differs is an error.
#pragma once
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <limits>
#include <string>
#include <vector>

#include "../../native/activation/list.h"
#include "../../native/cpu.h"

namespace heddle {

inline int failures = 0;

inline void fail(const std::string& where, const std::string& what) {
  if (failures++ < 20) fprintf(stderr, "FAILED %s: %s\n", where.c_str(), what.c_str());
}

// FNV-1a of bytes (Fowler, Noll, Vo).
struct Hash {
  uint64_t value = 0xcbf29ce484222325;
  void add(const void* bytes, size_t n) {
    for (size_t i = 0; i < n; i++) value = (value ^ static_cast<const uint8_t*>(bytes)[i]) * 0x100000001b3;
  }
};

// Numbers of a case, the same on every machine (splitmix64, Steele et al. 2014).
class Random {
 public:
  explicit Random(const std::string& seed) {
    Hash hash;
    hash.add(seed.data(), seed.size());
    state_ = hash.value;
  }
  uint64_t bits() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  int64_t below(int64_t n) { return int64_t(bits() % uint64_t(n)); }
  // In (-1, 1), a multiple of 2^-23 and never 0: exact in float.
  double real() { return (double(int64_t(bits() >> 41)) + 0.5) * 0x1p-22 - 1; }

 private:
  uint64_t state_;
};

// An array between two guards, which a kernel must leave alone.
template <class E> class Buffer {
 public:
  explicit Buffer(int64_t count, E value = E(0)) : count_(size_t(count)), all_(count_ + 2 * guard, value) {
    memset(all_.data(), 0xa5, guard * sizeof(E));
    memset(data() + count_, 0xa5, guard * sizeof(E));
  }
  E* data() { return all_.data() + guard; }
  E& operator[](int64_t i) { return data()[i]; }
  int64_t size() const { return int64_t(count_); }
  bool intact() const {
    const auto whole = [](const E* p) {
      for (size_t i = 0; i < guard * sizeof(E); i++)
        if (reinterpret_cast<const uint8_t*>(p)[i] != 0xa5) return false;
      return true;
    };
    return whole(all_.data()) && whole(all_.data() + guard + count_);
  }

 private:
  static constexpr size_t guard = 64;
  size_t count_;
  std::vector<E> all_;
};

template <class T> Buffer<T> random_numbers(Random& random, int64_t count, double scale = 1) {
  Buffer<T> buffer(count);
  for (int64_t i = 0; i < count; i++) buffer[i] = T(random.real() * scale);
  return buffer;
}

// How far a result may lie from generic's, in units of T's epsilon: generic rounds twice where the others fuse.
struct Tolerance {
  double epsilons;
  bool each;  // relative to each number, else to the largest of its buffer and 1, the size of what was summed
};
constexpr Tolerance elementwise = {32, true};
// Errors of a sum of `depth` numbers of either sign grow as the root of it.
inline Tolerance sum_of(int64_t depth) { return {16 + 4 * sqrt(double(depth)), false}; }

// What one instruction set made of a case: buffers as numbers, and the hash of their bits.
template <class T> class Result {
 public:
  template <class E> void take(Buffer<E>& buffer) {
    intact = intact && buffer.intact();
    buffers.emplace_back();
    for (int64_t i = 0; i < buffer.size(); i++) {
      E x = buffer[i];
      if (x != x) x = std::numeric_limits<E>::quiet_NaN();  // one NaN: its sign differs by machine
      hash.add(&x, sizeof x);
      buffers.back().push_back(double(x));
    }
  }
  // Compares with generic's; returns what is wrong, or nothing.
  std::string difference(const Result& generic, Tolerance tolerance) const {
    for (size_t b = 0; b < buffers.size(); b++) {
      double largest = 0;
      for (const double x : generic.buffers[b])
        if (isfinite(x)) largest = fmax(largest, fabs(x));
      for (size_t i = 0; i < buffers[b].size(); i++) {
        const double x = buffers[b][i], y = generic.buffers[b][i];
        const double unit = tolerance.each ? fabs(y) : fmax(largest, 1);
        // The smallest normal number may be flushed on one side.
        const double allowed = fmax(tolerance.epsilons * double(std::numeric_limits<T>::epsilon()) * unit,
                                    2 * double(std::numeric_limits<T>::min()));
        if (x == y || (x != x && y != y) || fabs(x - y) <= allowed) continue;
        char text[160];
        snprintf(text, sizeof text, "output %zu[%zu] is %.17g, generic's %.17g, allowed %.3g apart", b, i, x, y,
                 allowed);
        return text;
      }
    }
    return "";
  }
  std::vector<std::vector<double>> buffers;
  Hash hash;
  bool intact = true;
};

// Runs `body(table, random, result)` on every instruction set of this machine and prints a line for each:
// its name, the case, the hash of what it gave.
template <class T, class Body> void check(const std::string& label, Tolerance tolerance, Body&& body) {
  const std::string name = (sizeof(T) == 4 ? "f32 " : "f64 ") + label;
  const auto result_of = [&](const KernelTable& table) {
    Result<T> result;
    Random random(name);
    const FlushDenormals flush;
    body(table, random, result);
    return result;
  };
  const Result<T> generic = result_of(table_generic);
  for (const KernelTable* const* table = runnable_tables(); *table; table++) {
    const Result<T> result = result_of(**table);
    const std::string where = std::string((*table)->isa) + " " + name;
    if (!result.intact) fail(where, "wrote outside a buffer");
    const std::string difference = result.difference(generic, tolerance);
    if (!difference.empty()) fail(where, difference);
    printf("%s %016llx\n", where.c_str(), static_cast<unsigned long long>(result.hash.value));
  }
}

}  // namespace heddle
