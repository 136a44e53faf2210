// The two operators that take a net's time, for WebAssembly SIMD: exported pages and packs without an addon compute by them
// (src/export/web/fast.ts lays out their memory and says the shapes). Sums are float32, each one chain in the order of taps.
#include <wasm_simd128.h>

typedef v128_t vector;

static inline vector load(const float* at) { return wasm_v128_load(at); }
static inline vector splat(const float* at) { return wasm_v128_load32_splat(at); }
static inline vector add(vector sum, vector a, vector b) { return wasm_f32x4_add(sum, wasm_f32x4_mul(a, b)); }

// out[f][y][x] = bias[f] + sum over t of w[f / 4][t][f % 4] * in[y * row + taps[t] + x], for 4 filters and 8 columns at a time.
// `in` may be read 7 numbers past a row's last column; `filters` is a multiple of 4.
__attribute__((export_name("conv"))) void conv(const float* in, const int* taps, int count, const float* w, const float* bias, float* out,
                                               int filters, int height, int width, int row) {
  for (int f = 0; f < filters; f += 4, w += 4 * count) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x += 8) {
        const float* from = in + y * row + x;
        vector sums[4][2];
        for (int i = 0; i < 4; i++) sums[i][0] = sums[i][1] = splat(bias + f + i);
        for (int t = 0; t < count; t++) {
          const float* at = from + taps[t];
          const vector left = load(at), right = load(at + 4);
          for (int i = 0; i < 4; i++) {
            const vector weight = splat(w + 4 * t + i);
            sums[i][0] = add(sums[i][0], left, weight);
            sums[i][1] = add(sums[i][1], right, weight);
          }
        }
        const int columns = width - x < 8 ? width - x : 8;
        for (int i = 0; i < 4; i++) {
          float* to = out + ((f + i) * height + y) * width + x;
          if (columns == 8) {
            wasm_v128_store(to, sums[i][0]);
            wasm_v128_store(to + 4, sums[i][1]);
          } else {
            float rest[8];
            wasm_v128_store(rest, sums[i][0]);
            wasm_v128_store(rest + 4, sums[i][1]);
            for (int c = 0; c < columns; c++) to[c] = rest[c];
          }
        }
      }
    }
  }
}

static inline float total(vector v) {
  return (wasm_f32x4_extract_lane(v, 0) + wasm_f32x4_extract_lane(v, 1)) + (wasm_f32x4_extract_lane(v, 2) + wasm_f32x4_extract_lane(v, 3));
}

// out[r][o] = c[o] + sum over k of a[r][k] * b[o][k]; `inner` is a multiple of 8, `outputs` of 4.
__attribute__((export_name("dense"))) void dense(const float* a, const float* b, const float* c, float* out, int rows, int outputs, int inner) {
  for (int r = 0; r < rows; r++, a += inner) {
    for (int o = 0; o < outputs; o += 4) {
      vector sums[4][2];
      for (int i = 0; i < 4; i++) sums[i][0] = sums[i][1] = wasm_f32x4_splat(0);
      for (int k = 0; k < inner; k += 8) {
        const vector left = load(a + k), right = load(a + k + 4);
        for (int i = 0; i < 4; i++) {
          const float* weights = b + (o + i) * inner + k;
          sums[i][0] = add(sums[i][0], left, load(weights));
          sums[i][1] = add(sums[i][1], right, load(weights + 4));
        }
      }
      for (int i = 0; i < 4; i++) *out++ = c[o + i] + total(wasm_f32x4_add(sums[i][0], sums[i][1]));
    }
  }
}
