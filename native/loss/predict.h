// predict: the predicted class of each sample, and its logits and probabilities where they are kept, by place in the
// order.
#pragma once
#include <stdint.h>

#include "loss/softmax.h"
#include "op.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct PredictArguments {
  const T* z;  // [chunk][ldz] logits
  int64_t ldz;
  T* p;  // [chunk][ldp] scratch; not z
  int64_t ldp;
  int32_t* predicted;  // [places]
  T* logits;           // [places][classes], or null
  T* probabilities;    // [places][classes], or null
  int64_t classes;
};

template <class T> void predict(const Word* words, const Step& step) {
  const auto a = read_arguments<PredictArguments<T>>(words);
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const int64_t place = step.cursor + r;
    const T* z = a.z + r * a.ldz;
    a.predicted[place] = int32_t(argmax(z, a.classes));
    if (a.logits)
      for (int64_t i = 0; i < a.classes; i++) a.logits[place * a.classes + i] = z[i];
    if (!a.probabilities) continue;
    T* p = a.p + r * a.ldp;
    double largest;
    softmax_row(z, p, a.classes, largest);
    for (int64_t i = 0; i < a.classes; i++) a.probabilities[place * a.classes + i] = p[i];
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
