// What all losses share: labels, weights, and what is noted of each sample. A loss is a function of one sample.
#pragma once
#include <stdint.h>

#include "augment/mix.h"
#include "loss/softmax.h"
#include "math/log.h"
#include "op.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct LossArguments {
  const T* z;  // [chunk][ldz] logits
  int64_t ldz;
  T* dz;  // [chunk][lddz] dL/dz, already the mean over the minibatch; padding becomes 0
  int64_t lddz;
  const uint16_t* labels;  // [samples]
  const uint32_t* order;
  const double* weights;     // [classes] what a sample of each class counts, or null: one each
  const uint32_t* partners;  // the sample that each place of the order is mixed with, or null
  const Mix* mixes;          // and how
  double* loss;              // loss of each sample, times its weight: [chunk], or [places] by place in the order
  double* plain;             // likewise the loss of the unsmoothed target, unweighted; or null
  double* correct;           // likewise 1 where the most probable class is the label; or null
  int32_t* flag;             // becomes 1 where a loss is not finite; or null
  int64_t classes;
  double smoothing;  // e: the target of a sample is t = (1 - e) onehot + e / classes; mixed, onehot is the mean of both
  double parameter;  // of the loss's options
  int64_t by_place;  // 1: losses stand by place in the order, else by row of the chunk
};

// One sample: a loss writes dL/dz times `scale` into dz, in whole vectors, and returns L (LossTerms).
template <class T> struct Sample {
  const T* z;
  T* dz;
  int64_t classes, label;
  int64_t partner;                    // the other label of a mixed image, or -1
  double share;                       // what its own label weighs; 1 where there is no other
  double smoothing, rest, parameter;  // rest: smoothing / classes, once for all samples
  Vec<T> scale;
};

// The targets t of the classes along a vector of the numbers `at` = i, i + 1, …; 0 beyond the classes.
template <class T> struct Targets {
  Vec<T> label, partner, on, partly, off, classes;
  explicit Targets(const Sample<T>& sample)
      : label(Vec<T>::set1(T(sample.label))),
        partner(Vec<T>::set1(T(sample.partner))),
        on(Vec<T>::set1(T((1 - sample.smoothing) * sample.share + sample.rest))),
        partly(Vec<T>::set1(T((1 - sample.smoothing) * (1 - sample.share) + sample.rest))),
        off(Vec<T>::set1(T(sample.rest))),
        classes(Vec<T>::set1(T(sample.classes))) {}
  HEDDLE_INLINE Vec<T> operator()(Vec<T> at) const {
    const Vec<T> distance = at - label, other = at - partner, one = Vec<T>::set1(T(1));
    const Vec<T> rest = select_greater(classes, at, off, Vec<T>::zero());
    return select_greater(one, distance * distance, on, select_greater(one, other * other, partly, rest));
  }
};

// What a place is taught: its label, and where its image was mixed with one of another class, that one's too.
struct Taught {
  int64_t label, partner;
  double share;
};
template <class T> inline Taught taught_at(const LossArguments<T>& a, int64_t place) {
  const int64_t own = a.labels[a.order[place]];
  if (!a.mixes) return {own, -1, 1};
  const int64_t other = a.labels[a.partners[place]];
  const double share = a.mixes[place].label;
  if (other == own || share == 1) return {own, -1, 1};
  return share == 0 ? Taught{other, -1, 1} : Taught{own, other, share};
}

// The loss of a sample: a number, or ln sum + more - less of a sum of 1 or more. A logarithm is a long chain of
// operations: those of several samples are taken at once.
struct LossTerms {
  double sum, more, less;
  LossTerms(double loss) : sum(1), more(loss), less(0) {}
  LossTerms(double sum, double more, double less) : sum(sum), more(more), less(less) {}
};

// The samples of a step that stand beside each other in a vector of doubles.
template <class T> struct SampleBlock {
  const LossArguments<T>& a;
  int64_t first;  // row of the chunk
  int count;
  Taught taught[wide_lanes];
  double weight[wide_lanes];

  SampleBlock(const LossArguments<T>& arguments, const Step& step, int64_t from)
      : a(arguments),
        first(from),
        count(step.first + step.rows - from < wide_lanes ? int(step.first + step.rows - from) : wide_lanes) {
    for (int i = 0; i < count; i++) {
      const Taught t = taught[i] = taught_at(a, step.cursor + first + i);
      weight[i] = a.weights ? a.weights[t.label] : 1;
      if (a.weights && t.partner >= 0) weight[i] = weight[i] * t.share + a.weights[t.partner] * (1 - t.share);
    }
  }

  template <class Loss> HEDDLE_INLINE Wide losses(const Loss& loss, double smoothing, double scale) const {
    double sum[wide_lanes], more[wide_lanes] = {}, less[wide_lanes] = {};
    for (int i = 0; i < wide_lanes; i++) sum[i] = 1;
    const double rest = smoothing / double(a.classes);
    for (int i = 0; i < count; i++) {
      const Taught& t = taught[i];
      const T* z = a.z + (first + i) * a.ldz;
      T* dz = a.dz + (first + i) * a.lddz;
      const LossTerms terms = loss(Sample<T>{z, dz, a.classes, t.label, t.partner, t.share, smoothing, rest,
                                             a.parameter, Vec<T>::set1(T(scale * weight[i]))});
      sum[i] = terms.sum, more[i] = terms.more, less[i] = terms.less;
    }
    return log_of_sum(Wide::load(sum)) + Wide::load(more) - Wide::load(less);
  }
};

template <class T, class Loss> inline void each_sample(const Word* words, const Step& step, Loss loss) {
  const auto a = read_arguments<LossArguments<T>>(words);
  for (int64_t first = step.first; first < step.first + step.rows; first += wide_lanes) {
    const SampleBlock<T> block(a, step, first);
    double value[wide_lanes];
    const int64_t at = a.by_place ? step.cursor + first : first;
    // Of the unsmoothed target first: what stays in dz is the gradient of the other. One call, so that it is inlined.
    for (int smoothed = a.plain ? 0 : 1; smoothed < 2; smoothed++) {
      block.losses(loss, smoothed ? a.smoothing : 0, step.scale).store(value);
      if (smoothed) break;
      for (int i = 0; i < block.count; i++) a.plain[at + i] = value[i];
    }
    for (int i = 0; i < block.count; i++) {
      const Taught& taught = block.taught[i];
      const double weighted = a.loss[at + i] = value[i] * block.weight[i];
      // The label that weighs more.
      const int64_t right = taught.share < 0.5 ? taught.partner : taught.label;
      if (a.correct) a.correct[at + i] = argmax(a.z + (first + i) * a.ldz, a.classes) == right ? 1 : 0;
      if (a.flag && !(weighted - weighted == 0)) __atomic_store_n(a.flag, 1, __ATOMIC_RELAXED);
    }
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
