// What augmentation draws for an image: a function of (key, epoch, sample) alone. All of it in doubles and in operations
// that round the same everywhere, none fused, so that the twin and every instruction set draw the same.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct AugmentArguments {
  T* x;                    // [chunk][ldx]
  int64_t ldx;
  const uint8_t* images;   // [samples][height][width][channels]
  const uint32_t* order;   // sample of each place in the epoch
  const T *scale, *shift;  // [height][width][channels]: x = value * scale + shift
  T* workspace;            // [height + 2][width + 2][channels]
  int64_t key0, key1;      // the noise has key1 + 1
  int64_t height, width, channels;
  int64_t maximum;         // the largest value a pixel can have
  int64_t per_image;       // 1: minus the image's mean, over the 2-norm of what remains; scale and shift unused
  // The largest of each draw, 0 for none: turns; shares of the height and the width; turns; shares.
  double rotate, shift_height, shift_width, shear, zoom_height, zoom_width;
  int64_t flip_horizontal, flip_vertical;  // 1: of every second image
  double contrast, brightness, noise;      // shares of the contrast and of `maximum`
  int64_t crop;                            // pixels of padding
  double erase;                            // probability
  int64_t fill;
};

// In the order of `fillRules` in TypeScript.
enum Fill : int64_t { fill_nearest, fill_constant, fill_reflect };

// 32 numbers of an image, multiples of 2^-32 in [0, 1): word w of block b is at [w][b].
struct Chances {
  double value[4][Bits::lanes];

  Chances(int64_t epoch, uint32_t sample, int64_t key0, int64_t key1) {
    const uint64_t number[Bits::lanes] = {0, 1, 2, 3, 4, 5, 6, 7};
    const Words words = philox(counter(uint32_t(epoch), sample, 0, Bits::load(number)), uint32_t(key0), uint32_t(key1));
    for (int w = 0; w < 4; w++) (number_of_word(words.word[w]) * Vec<double>::set1(0x1p-32)).store(value[w]);
  }
  // In [-range, range).
  double within(double range, int block, int word) const { return range * (2 * value[word][block] - 1); }
  // One of `count` integers from 0.
  int64_t below(int64_t count, int block, int word) const { return int64_t(value[word][block] * double(count)); }
  bool happens(double probability, int block, int word) const { return value[word][block] < probability; }
};

// cos(2 pi t) and sin(2 pi t), as `cosTurns` and `sinTurns` in src/random.ts.
inline double cos_small(double x) {
  constexpr double c[] = {1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000};
  const double z = x * x;
  double sum = c[6];
  for (int i = 5; i >= 0; i--) sum = sum * z + c[i];
  return 1 - (0.5 * z - z * z * sum);
}
inline double sin_small(double x) {
  constexpr double c[] = {-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  const double z = x * x;
  double sum = c[7];
  for (int i = 6; i >= 0; i--) sum = sum * z + c[i];
  return x + x * z * sum;
}
inline void turn_of(double t, double& cosine, double& sine) {
  const double quarter = __builtin_floor(4 * t + 0.5), x = 6.283185307179586 * (t - quarter / 4);
  const double c = cos_small(x), s = sin_small(x);
  const int64_t q = int64_t(quarter) & 3;
  cosine = q == 0 ? c : q == 1 ? -s : q == 2 ? -c : s;
  sine = q == 0 ? s : q == 1 ? c : q == 2 ? -s : -c;
}

// Where the pixel at (row, column) is taken from: (row0 + rr row + rc column, column0 + cr row + cc column).
struct Affine {
  double rr, rc, cr, cc, row0, column0;
};

// Rotation, shift, shear and zoom about the image's centre, composed in this order as Keras composes them.
template <class T> inline Affine draw_affine(const AugmentArguments<T>& a, const Chances& chances) {
  double cosine, sine, shear_cosine, shear_sine;
  turn_of(chances.within(a.rotate, 0, 0), cosine, sine);
  turn_of(chances.within(a.shear, 0, 1), shear_cosine, shear_sine);
  const double down = chances.within(a.shift_height, 0, 2) * double(a.height), right = chances.within(a.shift_width, 0, 3) * double(a.width);
  const double tall = 1 + chances.within(a.zoom_height, 1, 0), wide = 1 + chances.within(a.zoom_width, 1, 1);
  Affine m;
  m.rr = cosine * tall;
  m.cr = sine * tall;
  m.rc = -(cosine * shear_sine + sine * shear_cosine) * wide;
  m.cc = (cosine * shear_cosine - sine * shear_sine) * wide;
  const double row = double(a.height - 1) / 2, column = double(a.width - 1) / 2;
  m.row0 = row + (cosine * down - sine * right) - (m.rr * row + m.rc * column);
  m.column0 = column + (sine * down + cosine * right) - (m.cr * row + m.cc * column);
  return m;
}

// A stretch of pixels that is set to 0 (Zhong et al. 2020): 2 to 33 % of the image, of proportions 0.3 to 1 / 0.3, its
// sides at most the image's.
struct Rectangle {
  int64_t top, left, height, width;
};
template <class T> inline Rectangle draw_rectangle(const AugmentArguments<T>& a, const Chances& chances) {
  const double area = (0.02 + 0.31 * chances.value[1][3]) * double(a.height * a.width);
  const double ratio = 0.3 + (1 / 0.3 - 0.3) * chances.value[2][3];
  const auto side = [](double length, int64_t most) {
    const int64_t whole = int64_t(__builtin_sqrt(length) + 0.5);
    return whole < 1 ? 1 : whole > most ? most : whole;
  };
  Rectangle r;
  r.height = side(area * ratio, a.height);
  r.width = side(area / ratio, a.width);
  r.top = chances.below(a.height - r.height + 1, 4, 0);
  r.left = chances.below(a.width - r.width + 1, 4, 1);
  return r;
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
