// Optimizer updates over a range of the flat parameters: elementwise, so any cut of the range gives the same bytes.
// w weights, g gradient, s and t the optimizer's state; `hyper` its scalars of this step, computed in TypeScript.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// w -= lr g.  hyper: lr
template <class T> inline void sgd(T* w, const T* g, T*, T*, int64_t n, const double* hyper) {
  using V = Vec<T>;
  const V rate = V::set1(T(-hyper[0]));
  for (int64_t i = 0; i < n; i += V::lanes) fma(rate, V::load(g + i), V::load(w + i)).store(w + i);
}

// buf = mu buf + g; w -= lr buf (as PyTorch).  hyper: lr, mu
template <class T> inline void momentum(T* w, const T* g, T* s, T*, int64_t n, const double* hyper) {
  using V = Vec<T>;
  const V rate = V::set1(T(-hyper[0])), mu = V::set1(T(hyper[1]));
  for (int64_t i = 0; i < n; i += V::lanes) {
    const V buf = fma(mu, V::load(s + i), V::load(g + i));
    buf.store(s + i);
    fma(rate, buf, V::load(w + i)).store(w + i);
  }
}

// m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= lr/(1-b1^t) m / (sqrt(v)/sqrt(1-b2^t) + eps)  (Kingma & Ba 2015,
// epsilon as PyTorch).  hyper: lr/(1-b1^t), b1, 1-b1, b2, 1-b2, 1/sqrt(1-b2^t), eps
template <class T> inline void adam(T* w, const T* g, T* s, T* t, int64_t n, const double* hyper) {
  using V = Vec<T>;
  const V rate = V::set1(T(-hyper[0])), b1 = V::set1(T(hyper[1])), c1 = V::set1(T(hyper[2])), b2 = V::set1(T(hyper[3])),
          c2 = V::set1(T(hyper[4])), correction = V::set1(T(hyper[5])), epsilon = V::set1(T(hyper[6]));
  for (int64_t i = 0; i < n; i += V::lanes) {
    const V gradient = V::load(g + i);
    const V m = fma(b1, V::load(s + i), c1 * gradient);
    const V v = fma(b2, V::load(t + i), c2 * gradient * gradient);
    m.store(s + i);
    v.store(t + i);
    fma(rate, m / fma(sqrt(v), correction, epsilon), V::load(w + i)).store(w + i);
  }
}

template <class T> using Update = void (*)(T* w, const T* g, T* s, T* t, int64_t n, const double* hyper);

// In the order of the optimizer registry in TypeScript.
template <class T> inline Update<T> update_of(int64_t optimizer) {
  constexpr Update<T> updates[] = {sgd<T>, momentum<T>, adam<T>};
  return updates[optimizer];
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
