// Elementwise functions on their own: where no other kernel applies them on its way.
#pragma once
#include "activation/functions.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// activation: y[r] = f(x[r]) on whole vectors of each row of this rank's shard.
template <class T> struct ActivationArguments {
  const T* x;
  int64_t ldx;
  T* y;
  int64_t ldy, n;
  Activation activation;
  double slope;
};
template <class T> void activation(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<ActivationArguments<T>>(words);
  with_function(a.activation, V::set1(T(a.slope)), [&](auto&& f) {
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t i = 0; i < a.n; i += V::lanes) f(V::load(a.x + r * a.ldx + i)).store(a.y + r * a.ldy + i);
  });
}

// activationBackward: dx[r] = dy[r] * f'(x[r]), f' from y[r] = f(x[r]), or x[r], as functions.inc says.
template <class T> struct ActivationBackwardArguments {
  const T* dy;
  int64_t lddy;
  const T* from;
  int64_t ldfrom;
  T* dx;
  int64_t lddx, n;
  Activation activation;
  double slope;
};
template <class T> void activation_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<ActivationBackwardArguments<T>>(words);
  with_derivative(a.activation, V::set1(T(a.slope)), [&](auto&& derive) {
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t i = 0; i < a.n; i += V::lanes)
        derive(V::load(a.from + r * a.ldfrom + i), V::load(a.dy + r * a.lddy + i)).store(a.dx + r * a.lddx + i);
  });
}

// add: y[r] = f(a[r] + b[r]) on whole vectors: where a shortcut meets its branch.
template <class T> struct AddArguments {
  const T* a;
  int64_t lda;
  const T* b;
  int64_t ldb;
  T* y;
  int64_t ldy, n;
  Activation activation;
  double slope;
};
template <class T> void add(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<AddArguments<T>>(words);
  with_function(a.activation, V::set1(T(a.slope)), [&](auto&& f) {
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t i = 0; i < a.n; i += V::lanes)
        f(V::load(a.a + r * a.lda + i) + V::load(a.b + r * a.ldb + i)).store(a.y + r * a.ldy + i);
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
