// Updates from partial gradients: the groups' sums are added by a fixed binary tree, then the optimizer runs, then the copies
// that follow from the weights are written.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t most_groups = 16;

// out = ((0 + 1) + (2 + 3)) + …: `length` whole vectors of numbers from each of `groups` (a power of two) gradients, `stride` apart.
template <class T> inline void add_groups(const T* g, int64_t stride, int64_t groups, T* out, int64_t length) {
  using V = Vec<T>;
  for (int64_t i = 0; i < length; i += V::lanes) {
    V sum[most_groups];
    for (int64_t k = 0; k < groups; k++) sum[k] = V::load(g + k * stride + i);
    for (int64_t left = groups / 2; left > 0; left /= 2)
      for (int64_t k = 0; k < left; k++) sum[k] = sum[2 * k] + sum[2 * k + 1];
    sum[0].store(out + i);
  }
}

template <class T> struct ConvUpdateArguments {
  const T* x; int64_t ldx;        // [chunk][ldx]; not read where there are groups
  const T* dy; int64_t lddy;      // [chunk][lddy]; the same
  T* g; int64_t stride, groups;   // [groups][stride] partial gradients; without groups the gradient of the chunks so far, or null
  T* w;                           // packed [taps][channels][filters]
  T* wt;                          // packed [taps, turned][filters][channels], or null
  T *u, *ut;                      // of 3x3: transformed copies (winograd/filters.h), or null
  T *s, *t;                       // optimizer state, as w; null where the optimizer has none
  T* workspace;                   // this rank's: the gradient of a unit, [taps][lanes][3 vectors], where there are no groups and no g
  ConvGeometry geometry;
  int64_t first_unit, last_unit, optimizer;
};

// convUpdate: units are as many channels as a vector has lanes, with all their taps, in one panel, numbered panel by panel.
template <class T> struct ConvUpdate : ConvUpdateArguments<T> {
  const Step& step;

  void unit(const PanelView<T>& panel, int64_t first) const {
    constexpr int64_t lanes = Vec<T>::lanes;
    const ConvGeometry& c = this->geometry;
    const int64_t rows = c.channels - first < lanes ? c.channels - first : lanes, length = rows * panel.ld;
    const int64_t columns = c.filters - panel.column < panel.ld ? c.filters - panel.column : panel.ld;
    const int64_t base = panel.column * c.taps() * c.channels + first * panel.ld, tap_length = c.channels * panel.ld;
    if (this->groups == 0) {
      ConvGradientProduct<T> product{this->x, this->ldx, this->dy, this->lddy, step.chunk, c, step.start};
      if (this->g) product.multiply(panel, first, first + rows, this->g + base, c.channels);
      else product.multiply(panel, first, first + rows, this->workspace, rows);
    }
    if (!step.finish) return;
    alignas(64) T sum[lanes * panel_vectors * lanes];
    for (int64_t tap = 0; tap < c.taps(); tap++) {
      const int64_t at = base + tap * tap_length;
      const T* gradient = this->g ? this->g + at : this->workspace + tap * length;
      if (this->groups > 0) {
        add_groups(gradient, this->stride, this->groups, sum, length);
        gradient = sum;
      }
      update_of<T>(this->optimizer)(this->w + at, gradient, this->s ? this->s + at : nullptr, this->t ? this->t + at : nullptr, length,
                                    step.hyper);
      if (this->wt)
        transpose_block(this->w + at, panel.ld, rows, columns, first, (c.taps() - 1 - tap) * c.filters + panel.column, this->wt, c.channels,
                        c.taps() * c.filters);
    }
    if (this->u || this->ut)
      transform_copies(FilterUnit<T>(this->w, panel.column, panel.ld, first, c.channels, c.filters), this->u, this->ut);
  }
};

template <class T> void conv_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  ConvUpdate<T> update{read_arguments<ConvUpdateArguments<T>>(words), step};
  const ConvGeometry& c = update.geometry;
  const int64_t units = (c.channels + lanes - 1) / lanes;
  int64_t index = 0;
  for_each_panel(update.w, c.taps() * c.channels, c.filters, [&](const PanelView<T>& panel) {
    const int64_t from = update.first_unit > index ? update.first_unit - index : 0;
    const int64_t to = update.last_unit - index < units ? update.last_unit - index : units;
    for (int64_t u = from; u < to; u++) update.unit(panel, u * lanes);
    index += units;
  });
}

template <class T> struct VectorUpdateArguments {
  const T* g; int64_t stride, groups;  // [groups][stride]
  T *b, *s, *t;                        // [n padded]; s, t may be null
  int64_t first_vector, last_vector, optimizer;
};

// vectorUpdate: the same for the vectors of a bias, or of any parameters that are one row.
template <class T> void vector_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const auto a = read_arguments<VectorUpdateArguments<T>>(words);
  if (!step.finish) return;
  for (int64_t v = a.first_vector; v < a.last_vector; v++) {
    const int64_t at = v * lanes;
    alignas(64) T sum[lanes];
    add_groups(a.g + at, a.stride, a.groups, sum, lanes);
    update_of<T>(a.optimizer)(a.b + at, sum, a.s ? a.s + at : nullptr, a.t ? a.t + at : nullptr, lanes, step.hyper);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
