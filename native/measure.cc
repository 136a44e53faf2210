#include "measure.h"

#include <memory>

#include "activation/list.h"
#include "cpu.h"

namespace heddle {

double measure_peak(bool single) {
  const auto run = single ? chosen()->fma_f32 : chosen()->fma_f64;
  constexpr int64_t passes = 400000;
  double best = 0;
  for (int i = 0; i < 12; i++) {
    const uint64_t from = ticks();
    const double done = run(passes);
    const double rate = done * ticks_per_second() / double(ticks() - from);
    if (rate > best) best = rate;
  }
  return best;
}

namespace {

constexpr size_t line = 64;

// `count` numbers from -0.5 to 0.5 on a cache line of their own.
template <class T> class Numbers {
 public:
  explicit Numbers(size_t count) : bytes_(new uint8_t[count * sizeof(T) + line]) {
    data = reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(bytes_.get()) + line - 1) / line * line);
    for (size_t i = 0; i < count; i++) data[i] = T(double(i * 7919 % 1000) / 1000 - 0.5);
  }
  T* data;

 private:
  std::unique_ptr<uint8_t[]> bytes_;
};

template <class T> double best_call(void (*gemm)(const GemmArguments<T>&), bool ta, bool tb, int64_t m, int64_t n,
                                    int64_t k, double seconds) {
  const Numbers<T> a{size_t(m * k)}, b{size_t(k * n)}, c{size_t(m * n)};
  const Numbers<uint8_t> workspace{gemm_workspace_bytes};
  const GemmArguments<T> arguments = {ta,
                                      tb,
                                      m,
                                      n,
                                      k,
                                      T(1),
                                      a.data,
                                      ta ? m : k,
                                      b.data,
                                      tb ? k : n,
                                      T(0),
                                      c.data,
                                      n,
                                      nullptr,
                                      Activation::Identity,
                                      T(0),
                                      workspace.data};
  // Small products are timed many at a time.
  const int64_t calls = 1 + int64_t(1e7 / (2.0 * double(m) * double(n) * double(k) + 1));
  const uint64_t end = ticks() + uint64_t(seconds * ticks_per_second());
  double best = 1e9;
  gemm(arguments);
  do {
    const uint64_t from = ticks();
    for (int64_t i = 0; i < calls; i++) gemm(arguments);
    const double one = double(ticks() - from) / ticks_per_second() / double(calls);
    if (one < best) best = one;
  } while (ticks() < end);
  return best;
}

}  // namespace

double measure_gemm(bool single, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, double seconds) {
  return single ? best_call(chosen()->sgemm, transpose_a, transpose_b, m, n, k, seconds)
                : best_call(chosen()->dgemm, transpose_a, transpose_b, m, n, k, seconds);
}

}  // namespace heddle
