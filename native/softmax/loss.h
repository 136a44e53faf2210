// Losses on the softmax of the logits, and the scores of evaluation. One row per sample, classes along the lanes.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> constexpr T infinity = T(__builtin_inff());

// p = softmax(z) over `classes` numbers, in whole vectors (lanes beyond are 0). Returns sum exp(z - max z), and max z.
template <class T> inline double softmax_row(const T* z, T* p, int64_t classes, double& largest) {
  using V = Vec<T>;
  const V n = V::set1(T(classes)), minus_infinity = V::set1(-infinity<T>), lane = iota<T>();
  V most = minus_infinity;
  for (int64_t i = 0; i < classes; i += V::lanes)
    most = max(select_greater(n, lane + V::set1(T(i)), V::load(z + i), minus_infinity), most);
  T lanes[V::lanes];
  most.store(lanes);
  T top = lanes[0];
  for (int i = 1; i < V::lanes; i++) top = lanes[i] > top ? lanes[i] : top;
  const V shift = V::set1(top);
  V sum = V::zero();
  for (int64_t i = 0; i < classes; i += V::lanes) {
    const V e = select_greater(n, lane + V::set1(T(i)), exp(V::load(z + i) - shift), V::zero());
    e.store(p + i);
    sum = sum + e;
  }
  const T total = fold_sum(sum);
  const V inverse = V::set1(T(1) / total);
  for (int64_t i = 0; i < classes; i += V::lanes) (V::load(p + i) * inverse).store(p + i);
  largest = double(top);
  return double(total);
}

// The most probable class, the lowest on ties.
template <class T> inline int64_t argmax(const T* z, int64_t classes) {
  // Without branches: which class wins is not for the CPU to guess.
  int64_t best = 0;
  T most = z[0];
  for (int64_t i = 1; i < classes; i++) {
    best = z[i] > most ? i : best;
    most = z[i] > most ? z[i] : most;
  }
  return best;
}

template <class T> struct LossArguments {
  const T* z;              // [chunk][ldz] logits
  int64_t ldz;
  T* dz;                   // [chunk][lddz] dL/dz, already the mean over the minibatch; padding becomes 0
  int64_t lddz;
  const uint16_t* labels;  // [samples]
  const uint32_t* order;
  const double* weights;   // [classes] what a sample of each class counts, or null: one each
  double* loss;            // [chunk] loss of each sample, times its weight
  double* correct;         // [chunk] 1 where the most probable class is the label
  int32_t* flag;           // becomes 1 where a loss is not finite
  int64_t classes;
  double smoothing;        // e: the target of a sample is t = (1 - e) onehot + e / classes
  double weight_of(int64_t label) const { return weights ? weights[label] : 1; }
};

template <class T> inline void note_sample(const LossArguments<T>& a, int64_t row, double loss, int64_t label) {
  a.loss[row] = loss;
  a.correct[row] = argmax(a.z + row * a.ldz, a.classes) == label ? 1 : 0;
  if (!(loss - loss == 0)) __atomic_store_n(a.flag, 1, __ATOMIC_RELAXED);
}

// sum t z: what smoothing leaves of the label's logit, and what it gives to all.
template <class T> inline double target_logit(const LossArguments<T>& a, const T* z, int64_t label) {
  if (a.smoothing == 0) return double(z[label]);  // 0 times a logit of -infinity is none of the loss
  double sum = 0;
  for (int64_t i = 0; i < a.classes; i++) sum += double(z[i]);
  return (1 - a.smoothing) * double(z[label]) + a.smoothing / double(a.classes) * sum;
}

// softmaxCrossEntropy: L = -sum t ln p; dL/dz = p - t, over the minibatch's weight.
template <class T> void softmax_cross_entropy(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<LossArguments<T>>(words);
  const V n = V::set1(T(a.classes)), lane = iota<T>(), off = V::set1(T(a.smoothing / double(a.classes)));
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const int64_t label = a.labels[a.order[step.cursor + r]];
    const double weight = a.weight_of(label);
    const V scale = V::set1(T(step.scale * weight));
    const T* z = a.z + r * a.ldz;
    T* dz = a.dz + r * a.lddz;
    double largest;
    const double log_sum = log(softmax_row(z, dz, a.classes, largest));
    note_sample(a, r, weight * (log_sum + largest - target_logit(a, z, label)), label);
    dz[label] -= T(1 - a.smoothing);
    for (int64_t i = 0; i < a.classes; i += V::lanes)
      ((V::load(dz + i) - select_greater(n, lane + V::set1(T(i)), off, V::zero())) * scale).store(dz + i);
  }
}

// squaredError: L = 1/2 sum e^2 with e = p - t on the softmax p; dL/dz = p * (e - sum e p), over the minibatch's weight.
template <class T> void squared_error(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<LossArguments<T>>(words);
  const double rest = a.smoothing / double(a.classes);
  const V n = V::set1(T(a.classes)), lane = iota<T>(), one = V::set1(T(1));
  const V on = V::set1(T(1 - a.smoothing + rest)), off = V::set1(T(rest));
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const int64_t label = a.labels[a.order[step.cursor + r]];
    const double weight = a.weight_of(label);
    const V label_lane = V::set1(T(label)), scale = V::set1(T(step.scale * weight));
    T* dz = a.dz + r * a.lddz;
    double largest;
    softmax_row(a.z + r * a.ldz, dz, a.classes, largest);
    const auto error = [&](int64_t i, V p) {
      const V at = lane + V::set1(T(i)), distance = at - label_lane;
      return p - select_greater(one, distance * distance, on, select_greater(n, at, off, V::zero()));
    };
    V dot = V::zero(), squares = V::zero();
    for (int64_t i = 0; i < a.classes; i += V::lanes) {
      const V p = V::load(dz + i), e = error(i, p);
      dot = fma(e, p, dot);
      squares = fma(e, e, squares);
    }
    const V mean = V::set1(fold_sum(dot));
    note_sample(a, r, weight * (0.5 * double(fold_sum(squares))), label);
    for (int64_t i = 0; i < a.classes; i += V::lanes) {
      const V p = V::load(dz + i);
      (p * (error(i, p) - mean) * scale).store(dz + i);
    }
  }
}

template <class T> struct ScoreArguments {
  const T* z;              // [chunk][ldz] logits
  int64_t ldz;
  T* p;                    // [chunk][ldp] becomes the softmax
  int64_t ldp;
  const uint16_t* labels;  // null where nobody knows them: no loss then
  const uint32_t* order;
  double* loss;            // [places] by place in the order
  int32_t* predicted;      // [places]
  T* probabilities;        // [places][classes], or null
  int64_t classes, squared;
};

// score: loss and prediction of each sample, by its place in the order; no gradient.
template <class T> void score(const Word* words, const Step& step) {
  const auto a = read_arguments<ScoreArguments<T>>(words);
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const int64_t place = step.cursor + r, label = a.labels ? a.labels[a.order[place]] : 0;
    const T* z = a.z + r * a.ldz;
    T* p = a.p + r * a.ldp;
    // p may be z itself: what is read of z comes first.
    const double logit = double(z[label]);
    a.predicted[place] = int32_t(argmax(z, a.classes));
    double largest;
    const double sum = softmax_row(z, p, a.classes, largest);
    if (a.labels && a.squared) {
      double loss = 0;
      for (int64_t i = 0; i < a.classes; i++) {
        const double e = double(p[i]) - (i == label);
        loss += 0.5 * e * e;
      }
      a.loss[place] = loss;
    } else if (a.labels) {
      a.loss[place] = log(sum) + largest - logit;
    }
    if (a.probabilities)
      for (int64_t i = 0; i < a.classes; i++) a.probabilities[place * a.classes + i] = p[i];
  }
}

struct SumLossArguments {
  const double *loss, *correct;  // [chunk]
  double* totals;                // loss, correct, samples of the epoch so far; loss of this minibatch so far
};

// sumLoss: one rank adds the samples' losses in batch order, in double.
template <class T> void sum_loss(const Word* words, const Step& step) {
  const auto a = read_arguments<SumLossArguments>(words);
  double loss = step.start ? 0 : a.totals[3];
  for (int64_t r = 0; r < step.chunk; r++) {
    loss += a.loss[r];
    a.totals[0] += a.loss[r];
    a.totals[1] += a.correct[r];
  }
  a.totals[2] += double(step.chunk);
  a.totals[3] = loss;
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
