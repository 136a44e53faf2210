// The transforms of F(4x4, 3x3): 4x4 outputs of a 3x3 convolution from a tile of 6x6 inputs, with 36 products a channel
// pair in place of 144 (Winograd 1980; Lavin & Gray 2016), by Toom-Cook at the points 0, +-p, +-q and infinity:
//
//   Y  = A^T [ (G g G^T) . (B^T d B) ] A        forward
//   dg = G^T [ (A dy A^T) . (B^T d B) ] G       backward by weights, and
//   dd = B [ (G g G^T) . (A dy A^T) ] B^T       by data: the transposes of the same map
//
// p = 3/4 and q = 3/2 have a quarter of the error of the textbook's 1 and 2. Every transform is the same
// one-dimensional map down the columns, then along the rows; operations are explicit, so every instruction set gives
// the same bits.
#pragma once
#include <stdint.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t winograd_points = 36, winograd_inputs = 6, winograd_outputs = 4;

// V is a vector, or a register of one: a sum of products each of whose terms is of one lane alone.
template <class V> struct Winograd {
  static constexpr double p = 0.75, q = 1.5, pp = p * p, qq = q * q;
  // What G divides by: the product of a point's distances to the other finite points.
  static constexpr double of_zero = 1 / (pp * qq), of_p = 1 / (2 * pp * (pp - qq)), of_q = 1 / (2 * qq * (qq - pp));
  static HEDDLE_INLINE V constant(double x) { return V::set1(x); }

  // B^T d. `half` 0 gives the points 0, p, -p, half 1 the points q, -q, infinity: three values of all six columns are
  // as many as the registers hold.
  template <int half> static HEDDLE_INLINE_LONG void input(V d0, V d1, V d2, V d3, V d4, V d5, V& x, V& y, V& z) {
    if constexpr (half == 0) {
      const V even = fma(constant(-qq), d2, d4), odd = fma(constant(-qq), d1, d3);
      x = fma(constant(pp * qq), d0, fma(constant(-pp - qq), d2, d4));
      y = fma(constant(p), odd, even);
      z = fma(constant(-p), odd, even);
    } else {
      const V even = fma(constant(-pp), d2, d4), odd = fma(constant(-pp), d1, d3);
      x = fma(constant(q), odd, even);
      y = fma(constant(-q), odd, even);
      z = fma(constant(pp * qq), d1, fma(constant(-pp - qq), d3, d5));
    }
  }

  // A^T m: `half` 0 gives the outputs 0 and 2, half 1 the outputs 1 and 3.
  template <int half> static HEDDLE_INLINE_LONG void output(V m0, V m1, V m2, V m3, V m4, V m5, V& x, V& y) {
    if constexpr (half == 0) {
      const V near = m1 + m2, far = m3 + m4;
      x = m0 + (near + far);
      y = fma(constant(pp), near, constant(qq) * far);
    } else {
      const V near = m1 - m2, far = m3 - m4;
      x = fma(constant(p), near, constant(q) * far);
      y = fma(constant(p * pp), near, fma(constant(q * qq), far, m5));
    }
  }

  // A y, in halves like B^T d.
  template <int half> static HEDDLE_INLINE_LONG void delta(V y0, V y1, V y2, V y3, V& x, V& y, V& z) {
    constexpr double point = half == 0 ? p : q;
    const V even = fma(constant(point * point), y2, y0), odd = fma(constant(point * point), y3, y1);
    if constexpr (half == 0) {
      x = y0;
      y = fma(constant(point), odd, even);
      z = fma(constant(-point), odd, even);
    } else {
      x = fma(constant(point), odd, even);
      y = fma(constant(-point), odd, even);
      z = y3;
    }
  }

  // B v: `half` 0 gives the inputs 0, 2 and 4, half 1 the inputs 1, 3 and 5.
  template <int half>
  static HEDDLE_INLINE_LONG void input_gradient(V v0, V v1, V v2, V v3, V v4, V v5, V& x, V& y, V& z) {
    if constexpr (half == 0) {
      const V near = v1 + v2, far = v3 + v4;
      x = constant(pp * qq) * v0;
      y = fma(constant(-pp - qq), v0, fma(constant(-qq), near, constant(-pp) * far));
      z = v0 + (near + far);
    } else {
      const V near = v1 - v2, far = v3 - v4;
      x = fma(constant(-p * qq), near, fma(constant(-q * pp), far, constant(pp * qq) * v5));
      y = fma(constant(p), near, fma(constant(q), far, constant(-pp - qq) * v5));
      z = v5;
    }
  }

  // G g. Products and sums are rounded apart, so that TypeScript can make the same bits (src/kernels/winograd.ts).
  static HEDDLE_INLINE_LONG void filter(V g0, V g1, V g2, V* u) {
    const V near = constant(of_p) * (g0 + constant(pp) * g2), near_odd = constant(p * of_p) * g1;
    const V far = constant(of_q) * (g0 + constant(qq) * g2), far_odd = constant(q * of_q) * g1;
    u[0] = constant(of_zero) * g0;
    u[1] = near + near_odd;
    u[2] = near - near_odd;
    u[3] = far + far_odd;
    u[4] = far - far_odd;
    u[5] = g2;
  }

  // G^T u.
  static HEDDLE_INLINE_LONG void gradient(const V* u, V& g0, V& g1, V& g2) {
    const V near = u[1] + u[2], far = u[3] + u[4];
    g0 = fma(constant(of_p), near, fma(constant(of_q), far, constant(of_zero) * u[0]));
    g1 = fma(constant(p * of_p), u[1] - u[2], constant(q * of_q) * (u[3] - u[4]));
    g2 = fma(constant(pp * of_p), near, fma(constant(qq * of_q), far, u[5]));
  }
};

// B^T d B of a tile whose pixels `load(i, j)` gives; point (i, j) is handed to `store(6 i + j, value)`.
template <class V, int half, class Load, class Store> inline void transform_input_half(Load&& load, Store&& store) {
  using W = Winograd<V>;
  V rows[3][6];
  HEDDLE_UNROLL
  for (int j = 0; j < 6; j++)
    W::template input<half>(load(0, j), load(1, j), load(2, j), load(3, j), load(4, j), load(5, j), rows[0][j],
                            rows[1][j], rows[2][j]);
  HEDDLE_UNROLL
  for (int i = 0; i < 3; i++) {
    V* r = rows[i];
    V v[6];
    W::template input<0>(r[0], r[1], r[2], r[3], r[4], r[5], v[0], v[1], v[2]);
    W::template input<1>(r[0], r[1], r[2], r[3], r[4], r[5], v[3], v[4], v[5]);
    HEDDLE_UNROLL
    for (int j = 0; j < 6; j++) store((3 * half + i) * 6 + j, v[j]);
  }
}
template <class V, class Load, class Store> inline void transform_input(Load&& load, Store&& store) {
  transform_input_half<V, 0>(load, store);
  transform_input_half<V, 1>(load, store);
}

// A dy A^T of a tile of 4x4.
template <class V, int half, class Load, class Store> inline void transform_delta_half(Load&& load, Store&& store) {
  using W = Winograd<V>;
  V rows[3][4];
  HEDDLE_UNROLL
  for (int j = 0; j < 4; j++)
    W::template delta<half>(load(0, j), load(1, j), load(2, j), load(3, j), rows[0][j], rows[1][j], rows[2][j]);
  HEDDLE_UNROLL
  for (int i = 0; i < 3; i++) {
    V* r = rows[i];
    V v[6];
    W::template delta<0>(r[0], r[1], r[2], r[3], v[0], v[1], v[2]);
    W::template delta<1>(r[0], r[1], r[2], r[3], v[3], v[4], v[5]);
    HEDDLE_UNROLL
    for (int j = 0; j < 6; j++) store((3 * half + i) * 6 + j, v[j]);
  }
}
template <class V, class Load, class Store> inline void transform_delta(Load&& load, Store&& store) {
  transform_delta_half<V, 0>(load, store);
  transform_delta_half<V, 1>(load, store);
}

// A^T m A of the 36 points that `load(6 i + j)` gives; output (i, j) is handed to `store(i, j, value)`.
template <class V, int half, class Load, class Store> inline void transform_output_half(Load&& load, Store&& store) {
  using W = Winograd<V>;
  V rows[2][6];
  HEDDLE_UNROLL
  for (int j = 0; j < 6; j++)
    W::template output<half>(load(j), load(6 + j), load(12 + j), load(18 + j), load(24 + j), load(30 + j), rows[0][j],
                             rows[1][j]);
  HEDDLE_UNROLL
  for (int i = 0; i < 2; i++) {
    V* r = rows[i];
    V y[4];
    W::template output<0>(r[0], r[1], r[2], r[3], r[4], r[5], y[0], y[2]);
    W::template output<1>(r[0], r[1], r[2], r[3], r[4], r[5], y[1], y[3]);
    HEDDLE_UNROLL
    for (int j = 0; j < 4; j++) store(2 * i + half, j, y[j]);
  }
}
template <class V, class Load, class Store> inline void transform_output(Load&& load, Store&& store) {
  transform_output_half<V, 0>(load, store);
  transform_output_half<V, 1>(load, store);
}

// B v B^T of the 36 points that `load(6 i + j)` gives; input (i, j) is handed to `store(i, j, value)`.
template <class V, int half, class Load, class Store>
inline void transform_input_gradient_half(Load&& load, Store&& store) {
  using W = Winograd<V>;
  V rows[3][6];
  HEDDLE_UNROLL
  for (int j = 0; j < 6; j++)
    W::template input_gradient<half>(load(j), load(6 + j), load(12 + j), load(18 + j), load(24 + j), load(30 + j),
                                     rows[0][j], rows[1][j], rows[2][j]);
  HEDDLE_UNROLL
  for (int i = 0; i < 3; i++) {
    V* r = rows[i];
    V d[6];
    W::template input_gradient<0>(r[0], r[1], r[2], r[3], r[4], r[5], d[0], d[2], d[4]);
    W::template input_gradient<1>(r[0], r[1], r[2], r[3], r[4], r[5], d[1], d[3], d[5]);
    HEDDLE_UNROLL
    for (int j = 0; j < 6; j++) store(2 * i + half, j, d[j]);
  }
}
template <class V, class Load, class Store> inline void transform_input_gradient(Load&& load, Store&& store) {
  transform_input_gradient_half<V, 0>(load, store);
  transform_input_gradient_half<V, 1>(load, store);
}

// G g G^T of the 3x3 taps that `load(ky, kx)` gives.
template <class V, class Load, class Store> inline void transform_filter(Load&& load, Store&& store) {
  V down[3][6];
  HEDDLE_UNROLL
  for (int j = 0; j < 3; j++) Winograd<V>::filter(load(0, j), load(1, j), load(2, j), down[j]);
  HEDDLE_UNROLL
  for (int i = 0; i < 6; i++) {
    V u[6];
    Winograd<V>::filter(down[0][i], down[1][i], down[2][i], u);
    HEDDLE_UNROLL
    for (int j = 0; j < 6; j++) store(6 * i + j, u[j]);
  }
}

// G^T u G: from a gradient at the 36 points to the gradient of the taps, handed to `store(ky, kx, value)`.
template <class V, class Load, class Store> inline void transform_gradient(Load&& load, Store&& store) {
  V rows[3][6];
  HEDDLE_UNROLL
  for (int j = 0; j < 6; j++) {
    const V u[6] = {load(j), load(6 + j), load(12 + j), load(18 + j), load(24 + j), load(30 + j)};
    Winograd<V>::gradient(u, rows[0][j], rows[1][j], rows[2][j]);
  }
  HEDDLE_UNROLL
  for (int i = 0; i < 3; i++) {
    V g[3];
    Winograd<V>::gradient(rows[i], g[0], g[1], g[2]);
    HEDDLE_UNROLL
    for (int j = 0; j < 3; j++) store(i, j, g[j]);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
