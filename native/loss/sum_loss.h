// sumLoss: one rank adds the samples' losses in batch order, in double.
#pragma once
#include <stdint.h>

#include "op.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct SumLossArguments {
  const double *loss, *plain, *correct;  // [chunk]; plain or null: the loss itself
  double* totals;  // plain loss, correct, samples of the epoch so far; loss of this minibatch so far
};

template <class T> void sum_loss(const Word* words, const Step& step) {
  const auto a = read_arguments<SumLossArguments<T>>(words);
  double loss = step.start ? 0 : a.totals[3];
  for (int64_t r = 0; r < step.chunk; r++) {
    loss += a.loss[r];
    a.totals[0] += a.plain ? a.plain[r] : a.loss[r];
    a.totals[1] += a.correct[r];
  }
  a.totals[2] += double(step.chunk);
  a.totals[3] = loss;
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
