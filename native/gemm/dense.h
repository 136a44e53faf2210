// The dense layer. Weights are packed in panels (op.h): panel p holds columns [p * 3 vectors, …) as [k][columns], so a
// tile of B is contiguous and the padding of the last vector stays exactly zero.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Rows of a panel that are taken at a time: 96 KB, which stream from the second-level cache as fast as they are used. (Shorter
// blocks, that fit the first level, cost more in starting and ending tiles.)
constexpr int64_t panel_block_rows = 512;

template <class T> struct PanelView {
  const T* panel;
  int64_t ld;       // columns of this panel
  int64_t vectors;  // the same in vectors
  int64_t column;   // first column
};

// Calls f for each panel of a packed matrix of `depth` rows and n columns.
template <class T, class F> inline void for_each_panel(const T* packed, int64_t depth, int64_t n, F&& f) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const int64_t vectors = (n + lanes - 1) / lanes;
  for (int64_t v = 0; v < vectors; v += panel_vectors) {
    const int64_t width = vectors - v < panel_vectors ? vectors - v : panel_vectors;
    f(PanelView<T>{packed + v * lanes * depth, width * lanes, width, v * lanes});
  }
}

// y[rows][n] = start + x[rows][depth] * packed, then through an elementwise function: f(y), or y * f'(below) where `below` is
// given. `start` is a padded row (bias), or null for zero.
template <class T> struct PanelProduct {
  const T* x;
  int64_t ldx, rows, depth;
  const T* start;
  T* y;
  int64_t ldy;
  const T* below;
  int64_t ldbelow;
  int64_t function;
  Vec<T> slope;

  PanelView<T> p{};
  int64_t k0 = 0, block = 0, row = 0, vector = 0;

  template <int M, int N> inline void run() {
    constexpr int64_t lanes = Vec<T>::lanes;
    const int64_t column = p.column + vector * lanes;
    T* out = y + row * ldy + column;
    Tile<T, M, N> tile;
    prefetch(out, column, M, N);
    if (k0 > 0) tile.load(out, ldy);
    else if (start) tile.start_rows(start + column);
    else tile.clear();
    tile.accumulate(block, x + row * ldx + k0, ldx, 1, p.panel + k0 * p.ld + vector * lanes, p.ld);
    tile.store(out, ldy);
    if (function != identity && k0 + block == depth) finish(out, column, M, N);
  }

  // What the end of a tile touches lies in a far cache by its start.
  __attribute__((noinline)) void prefetch(const T* out, int64_t column, int m, int n) const {
    for (int i = 0; i < m; i++)
      for (int j = 0; j < n; j++) {
        __builtin_prefetch(out + i * ldy + j * Vec<T>::lanes, 1);
        if (below) __builtin_prefetch(below + (row + i) * ldbelow + column + j * Vec<T>::lanes);
      }
  }

  // The tile was just stored: it comes from the first-level cache.
  __attribute__((noinline)) void finish(T* out, int64_t column, int m, int n) const {
    for (int i = 0; i < m; i++)
      for (int j = 0; j < n; j++) {
        T* at = out + i * ldy + j * Vec<T>::lanes;
        const Vec<T> value = Vec<T>::load(at);
        if (below) apply_derivative(function, slope, Vec<T>::load(below + (row + i) * ldbelow + column + j * Vec<T>::lanes), value).store(at);
        else apply(function, slope, value).store(at);
      }
  }

  void multiply(const T* packed, int64_t n) {
    const int64_t blocks = (depth + panel_block_rows - 1) / panel_block_rows;
    for_each_panel(packed, depth, n, [&](const PanelView<T>& panel) {
      p = panel;
      for (int64_t i = 0; i < blocks; i++) {
        k0 = depth * i / blocks;
        block = depth * (i + 1) / blocks - k0;
        for (row = 0; row < rows; row += tile_rows)
          for (vector = 0; vector < p.vectors; vector += tile_vectors)
            with_tile<tile_rows, tile_vectors>(rows - row, p.vectors - vector, *this);
      }
    });
  }
};

template <class T> struct DenseArguments {
  const T* x; int64_t ldx;  // [chunk][ldx]
  const T* w;               // packed [k][n]
  const T* b;               // [n padded], or null
  T* y; int64_t ldy;        // [chunk][ldy]
  int64_t k, n, function;
  double slope;
};

// dense: y = f(x w + b), accumulators starting from b.
template <class T> void dense(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseArguments<T>>(words);
  PanelProduct<T> product{a.x + step.first * a.ldx, a.ldx, step.rows, a.k, a.b, a.y + step.first * a.ldy, a.ldy,
                          nullptr, 0, a.function, Vec<T>::set1(T(a.slope))};
  product.multiply(a.w, a.n);
}

template <class T> struct DenseBackwardArguments {
  const T* dy; int64_t lddy;  // [chunk][lddy]
  const T* wt;                // packed [n][k]
  T* dx; int64_t lddx;        // [chunk][lddx]
  const T* y; int64_t ldy;    // [chunk][ldy] what the function below gave; null where there is none
  int64_t k, n, function;
  double slope;
};

// denseBackward: dx = (dy w^T) * f'(below), with f the elementwise function of the layer below.
template <class T> void dense_backward(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseBackwardArguments<T>>(words);
  PanelProduct<T> product{a.dy + step.first * a.lddy, a.lddy, step.rows, a.n, nullptr, a.dx + step.first * a.lddx, a.lddx,
                          a.y ? a.y + step.first * a.ldy : nullptr, a.ldy, a.y ? a.function : int64_t(identity),
                          Vec<T>::set1(T(a.slope))};
  product.multiply(a.wt, a.k);
}

// A unit of work of the update: as many rows of k as a vector has lanes, in one panel. Units are numbered panel by
// panel. (A unit never crosses a panel of the transposed copy.)
template <class T> constexpr int64_t unit_rows = Vec<T>::lanes;

template <class T> struct DenseUpdateArguments {
  const T* x; int64_t ldx;    // [chunk][ldx]
  const T* dy; int64_t lddy;  // [chunk][lddy]
  T* w;                       // packed [k][n]
  T* wt;                      // packed [n][k], or null
  T* g;                       // packed gradient of the chunks so far, or null where a minibatch is one chunk
  T *s, *t;                   // optimizer state, as w; null where the optimizer has none
  T* workspace;               // [chunk][3 vectors], this rank's
  int64_t k, n, first_unit, last_unit, optimizer;
};

// Writes a block of w (rows <= lanes at row k0, `columns` from column c0) into the transposed panels, a square at a time.
template <class T> inline void transpose_block(const T* w, int64_t ld, int64_t rows, int64_t columns, int64_t k0, int64_t c0,
                                               T* wt, int64_t k, int64_t n) {
  using V = Vec<T>;
  constexpr int64_t panel = panel_vectors * V::lanes, lanes = V::lanes;
  const int64_t q = k0 / panel, all = (k + lanes - 1) / lanes * lanes;
  const int64_t width = all - q * panel < panel ? all - q * panel : panel;
  T* out = wt + q * panel * n + c0 * width + (k0 - q * panel);
  for (int64_t j = 0; j < columns; j += lanes) {
    V square[lanes];
    HEDDLE_UNROLL
    for (int64_t i = 0; i < lanes; i++) square[i] = i < rows ? V::load(w + i * ld + j) : V::zero();
    transpose(square);
    for (int64_t i = 0; i < lanes && j + i < columns; i++) square[i].store(out + (j + i) * width);
  }
}

// denseUpdate: the owner's tiles of dw = x^T dy over all rows of the chunk, in order, and their update.
// Samples between two rounds of prefetching: few lines at a time, so that the loads of the product never wait for them.
constexpr int64_t prefetch_interval = 8;

template <class T> struct DenseUpdate : DenseUpdateArguments<T> {
  const Step& step;
  T* gradient;  // [unit_rows<T>][ld], this unit's
  PanelView<T> p{};
  int64_t k0 = 0, row = 0, vector = 0;
  // What the update of this unit will touch, to be prefetched while its gradient is computed.
  const T *streams[3] = {nullptr, nullptr, nullptr};
  int64_t ahead = 0, ahead_end = 0;

  DenseUpdate(const DenseUpdateArguments<T>& a, const Step& s, T* buffer) : DenseUpdateArguments<T>(a), step(s), gradient(buffer) {}

  template <int M, int N> inline void run() {
    constexpr int64_t lanes = Vec<T>::lanes;
    Tile<T, M, N> tile;
    T* at = gradient + row * p.ld + vector * lanes;
    if (step.start) tile.clear();
    else tile.load(at, p.ld);
    const T* a = this->x + k0 + row;
    const T* b = this->workspace + vector * lanes;
    for (int64_t done = 0; done < step.chunk; done += prefetch_interval) {
      const int64_t depth = step.chunk - done < prefetch_interval ? step.chunk - done : prefetch_interval;
      prefetch(6);
      tile.accumulate(depth, a + done * this->ldx, 1, this->ldx, b + done * p.ld, p.ld);
    }
    tile.store(at, p.ld);
  }

  // Inline: a call would have to save every register of the tile.
  __attribute__((always_inline)) inline void prefetch(int count) {
    for (; count > 0 && ahead < ahead_end; count--, ahead += Vec<T>::lanes)
      for (const T* stream : streams)
        if (stream) __builtin_prefetch(stream + ahead, 1);
  }

  // This panel's columns of dy, row after row: in place they lie pages apart, and every unit of the panel reads them.
  void pack(const PanelView<T>& panel) {
    for (int64_t r = 0; r < step.chunk; r++)
      for (int64_t j = 0; j < panel.ld; j += Vec<T>::lanes)
        Vec<T>::load(this->dy + r * this->lddy + panel.column + j).store(this->workspace + r * panel.ld + j);
  }

  void unit(const PanelView<T>& panel, int64_t first_row) {
    p = panel;
    k0 = first_row;
    const int64_t rows = this->k - k0 < unit_rows<T> ? this->k - k0 : unit_rows<T>;
    const int64_t offset = p.column * this->k + k0 * p.ld, length = rows * p.ld;
    if (step.finish) {
      streams[0] = this->w + offset;
      streams[1] = this->s ? this->s + offset : nullptr;
      streams[2] = this->t ? this->t + offset : nullptr;
      ahead = 0;
      ahead_end = length;
    }
    T* const buffer = gradient;
    if (this->g) gradient = this->g + offset;
    for (row = 0; row < rows; row += tile_rows)
      for (vector = 0; vector < p.vectors; vector += tile_vectors)
        with_tile<tile_rows, tile_vectors>(rows - row, p.vectors - vector, *this);
    if (step.finish) {
      T* w = this->w + offset;
      update_of<T>(this->optimizer)(w, gradient, this->s ? this->s + offset : nullptr, this->t ? this->t + offset : nullptr,
                                    length, step.hyper);
      const int64_t columns = this->n - p.column < p.ld ? this->n - p.column : p.ld;
      if (this->wt) transpose_block(w, p.ld, rows, columns, k0, p.column, this->wt, this->k, this->n);
    }
    gradient = buffer;
  }
};

template <class T> void dense_update(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseUpdateArguments<T>>(words);
  alignas(64) T buffer[unit_rows<T> * panel_vectors * Vec<T>::lanes];
  DenseUpdate<T> update(a, step, buffer);
  const int64_t units = (a.k + unit_rows<T> - 1) / unit_rows<T>;
  int64_t index = 0;
  for_each_panel(a.w, a.k, a.n, [&](const PanelView<T>& panel) {
    const int64_t from = a.first_unit > index ? a.first_unit - index : 0;
    const int64_t to = a.last_unit - index < units ? a.last_unit - index : units;
    if (from < to) update.pack(panel);
    for (int64_t u = from; u < to; u++) update.unit(panel, u * unit_rows<T>);
    index += units;
  });
}

template <class T> struct BiasUpdateArguments {
  const T* dy; int64_t lddy;  // [chunk][lddy]
  T *b, *g, *s, *t;           // [n padded]; g, s, t may be null
  int64_t first_vector, last_vector, optimizer;
};

// biasUpdate: the owner's vectors of db = sum over rows of dy, in order, and their update.
template <class T> void bias_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const auto a = read_arguments<BiasUpdateArguments<T>>(words);
  for (int64_t v = a.first_vector; v < a.last_vector; v++) {
    const int64_t at = v * lanes;
    Vec<T> sum = step.start ? Vec<T>::zero() : Vec<T>::load(a.g + at);
    for (int64_t r = 0; r < step.chunk; r++) sum = sum + Vec<T>::load(a.dy + r * a.lddy + at);
    T gradient[lanes];
    sum.store(a.g ? a.g + at : gradient);
    if (step.finish)
      update_of<T>(a.optimizer)(a.b + at, a.g ? a.g + at : gradient, a.s ? a.s + at : nullptr, a.t ? a.t + at : nullptr,
                                lanes, step.hyper);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
