// What goes over the packed parameters as one row of numbers, layer by layer, where an update waits for the whole
// gradient.
#pragma once
#include <math.h>
#include <stdint.h>

#include "gemm/panels.h"
#include "op.h"
#include "optimizer/list.h"
#include "optimizer/optimizer.h"
#include "optimizer/penalties.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct FlatUpdateArguments {
  T* w;
  const T* g;      // as w
  State<T> state;  // as w
  int64_t first_vector, last_vector;
  Optimizer optimizer;
};

// flatUpdate: moves the vectors of w by a gradient that lies ready.
template <class T> void flat_update(const Word* words, const Step& step) {
  const auto a = read_arguments<FlatUpdateArguments<T>>(words);
  const int64_t at = a.first_vector * Vec<T>::lanes, n = (a.last_vector - a.first_vector) * Vec<T>::lanes;
  if (n > 0) update(a.optimizer, a.w + at, a.g + at, a.state.at(at), n, step.hyper);
}

template <class T> struct SquareSumArguments {
  const T* g;
  double* sums;  // [blocks][8]
  int64_t n, first_block, last_block;
  Optimizer optimizer;  // the rule whose clipping comes first
};

// squareSum: the sum of the squares of each block of 1,024 numbers, each clipped by its rule first, one sum for each of
// 8 lanes.
template <class T> void square_sum(const Word* words, const Step& step) {
  using D = Vec<double>;
  constexpr int64_t block_numbers = 1024;
  const auto a = read_arguments<SquareSumArguments<T>>(words);
  const double* scalars = scalars_of(a.optimizer, step.hyper);
  const double clip = scalars[penalty_active] == 0 ? INFINITY : double(T(scalars[penalty_clip]));
  const D most = D::set1(clip), least = D::set1(-clip);
  for (int64_t block = a.first_block; block < a.last_block; block++) {
    const int64_t end = (block + 1) * block_numbers < a.n ? (block + 1) * block_numbers : a.n;
    D sum = D::zero();
    for (int64_t i = block * block_numbers; i < end; i += D::lanes) {
      const D x = clamp(D::load(a.g + i), most, least);
      sum = fma(x, x, sum);
    }
    sum.store(a.sums + block * D::lanes);
  }
}

template <class T> struct AverageArguments {
  const T* w;
  T* average;  // as w
  int64_t first_vector, last_vector;
  Optimizer optimizer;  // the rule whose first number is the share of w
};

// average: average += share (w - average) for the vectors of w.
template <class T> void average(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<AverageArguments<T>>(words);
  const V share = V::set1(T(scalars_of(a.optimizer, step.hyper)[0]));
  for (int64_t i = a.first_vector * V::lanes; i < a.last_vector * V::lanes; i += V::lanes) {
    const V old = V::load(a.average + i);
    fma(share, V::load(a.w + i) - old, old).store(a.average + i);
  }
}

template <class T> struct MaxNormArguments {
  T* w;  // packed [k][n]
  int64_t k, n, first_panel, last_panel;
  double most;
};

// maxNorm: columns of w, the weights that come into a unit, that are longer than `most` are shortened to it.
template <class T> void max_norm(const Word* words, const Step&) {
  constexpr int64_t widest = panel_vectors * Vec<T>::lanes;
  const auto a = read_arguments<MaxNormArguments<T>>(words);
  for_each_panel_units(a.w, a.k, a.n, 1, a.first_panel, a.last_panel, [&](const PanelView<T>& panel, int64_t, int64_t) {
    double sums[widest] = {0};
    for (int64_t i = 0; i < a.k; i++)
      for (int64_t j = 0; j < panel.ld; j++) {
        const double x = panel.panel[i * panel.ld + j];
        sums[j] = sums[j] + x * x;
      }
    T factors[widest];
    bool any = false;
    for (int64_t j = 0; j < panel.ld; j++) {
      const double norm = ::sqrt(sums[j]);
      any = any || norm > a.most;
      factors[j] = norm > a.most ? T(a.most / norm) : T(1);
    }
    if (!any) return;
    T* const w = a.w + panel.column * a.k;
    for (int64_t i = 0; i < a.k; i++)
      for (int64_t j = 0; j < panel.ld; j++) w[i * panel.ld + j] *= factors[j];
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
