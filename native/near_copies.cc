#include "near_copies.h"

#include <math.h>
#include <string.h>

#include <algorithm>

namespace heddle {
namespace {

// Pixels of a thumbnail, across and in all; a coarse one has sums of 2x2 of them.
constexpr size_t side = 8, fine = side * side, coarse = fine / 4;
// What rounding may add to sums of differences, and to sums of squares.
constexpr double difference_slack = 0.01, square_slack = 1.001;

struct Images {
  const std::vector<const uint8_t*>& at;
  size_t height, width, channels;
};

struct Part {
  size_t begin, end;
};

Part part_of(size_t index, size_t size) {
  const size_t begin = index * size / side;
  return {begin, std::max(begin + 1, (index + 1) * size / side)};
}

class Thumbnails {
 public:
  // Images that show something, ascending, each with the key of its cell above 32 bits of its number.
  std::vector<uint64_t> placed;

  Thumbnails(const Images& images, const NearLimits& limits)
      : fine_(images.at.size() * fine), most_(limits.most_difference) {
    const uint64_t across = uint64_t(ceil(256 / limits.cell)) + 2;
    for (size_t image = 0; image < images.at.size(); image++) {
      float* thumbnail = &fine_[image * fine];
      draw(images, images.at[image], limits.scale, thumbnail);
      double quadrants[4] = {};
      for (size_t i = 0; i < fine; i++)
        quadrants[(i >= fine / 2 ? 2 : 0) + (i % side >= side / 2 ? 1 : 0)] += double(thumbnail[i]);
      uint64_t key = 0;
      for (const double sum : quadrants) key = key * across + 1 + uint64_t(floor(sum / (fine / 4) / limits.cell));
      if (without_mean(thumbnail) >= limits.least_contrast) placed.push_back(key << 32 | image);
    }
    std::sort(placed.begin(), placed.end());
    coarse_.resize(placed.size() * coarse);
    for (size_t place = 0; place < placed.size(); place++) {
      const float* from = &fine_[(placed[place] & 0xffffffff) * fine];
      for (size_t i = 0; i < coarse; i++) {
        const float* at = from + i / 4 * 2 * side + i % 4 * 2;
        coarse_[place * coarse + i] = at[0] + at[1] + at[side] + at[side + 1];
      }
    }
  }

  // True where what lies at two places cannot be copies of each other.
  bool differ(size_t place, size_t other) const {
    const float *a = &coarse_[place * coarse], *b = &coarse_[other * coarse];
    float sums[4] = {};
    for (size_t i = 0; i < coarse; i += 4)
      for (size_t lane = 0; lane < 4; lane++) sums[lane] += fabsf(a[i + lane] - b[i + lane]);
    if (sums[0] + sums[1] + sums[2] + sums[3] > most_ + difference_slack) return true;
    a = &fine_[(placed[place] & 0xffffffff) * fine], b = &fine_[(placed[other] & 0xffffffff) * fine];
    double sum = 0;
    for (size_t i = 0; i < fine; i++) sum += fabs(double(a[i]) - double(b[i]));
    return sum > most_;
  }

 private:
  std::vector<float> fine_, coarse_;
  double most_;

  static void draw(const Images& images, const uint8_t* image, double scale, float* into) {
    for (size_t row = 0; row < side; row++) {
      const Part down = part_of(row, images.height);
      for (size_t column = 0; column < side; column++) {
        const Part over = part_of(column, images.width);
        uint64_t sum = 0;
        for (size_t y = down.begin; y < down.end; y++) {
          const uint8_t* line = image + y * images.width * images.channels;
          uint32_t part = 0;
          for (size_t i = over.begin * images.channels; i < over.end * images.channels; i++) part += line[i];
          sum += part;
        }
        const double area = double((down.end - down.begin) * (over.end - over.begin) * images.channels);
        into[row * side + column] = float(double(sum) * scale / area);
      }
    }
  }

  static double without_mean(float* thumbnail) {
    double mean = 0, squares = 0;
    for (size_t i = 0; i < fine; i++) mean += double(thumbnail[i]) / fine;
    for (size_t i = 0; i < fine; i++) {
      const double value = double(thumbnail[i]) - mean;
      thumbnail[i] = float(value);
      squares += value * value;
    }
    return sqrt(squares / fine);
  }
};

class Alike {
 public:
  Alike(const Images& images, double least_correlation)
      : images_(images),
        colored_(images.channels == 3),
        width_(colored_ ? images.width : images.width * images.channels),
        pixels_(images.height * width_),
        most_(2 * (1 - least_correlation) * double(pixels_)),
        factors_(images.at.size(), NAN),
        shifts_(images.at.size()),
        means_(images.at.size() * fine) {
    for (size_t i = 0, n = std::min(side, images.height); i <= n; i++) down_.push_back(i * images.height / n);
    for (size_t i = 0, n = std::min(side, width_); i <= n; i++) across_.push_back(i * width_ / n);
  }

  bool are(size_t first, size_t second) {
    for (const size_t image : {first, second})
      if (isnan(factors_[image])) colored_ ? measure<true>(image) : measure<false>(image);
    if (factors_[first] == 0 || factors_[second] == 0) return false;
    const float *a = &means_[first * fine], *b = &means_[second * fine];
    float sums[8] = {};
    for (size_t i = 0; i < fine; i += 8)
      for (size_t lane = 0; lane < 8; lane++) sums[lane] += (a[i + lane] - b[i + lane]) * (a[i + lane] - b[i + lane]);
    float sum = 0;
    for (const float part : sums) sum += part;
    if (sum > most_ * square_slack) return false;
    return colored_ ? go_together<true>(first, second) : go_together<false>(first, second);
  }

 private:
  const Images& images_;
  bool colored_;
  size_t width_, pixels_;
  double most_;
  std::vector<double> factors_, shifts_;
  std::vector<float> means_;
  std::vector<size_t> down_, across_;

  template <bool colored> static int light(const uint8_t* p) { return colored ? 2 * p[0] + 5 * p[1] + p[2] : p[0]; }

  template <bool colored> bool go_together(size_t first, size_t second) const {
    const uint8_t *a = images_.at[first], *b = images_.at[second];
    const double f = factors_[first], g = factors_[second], shift = shifts_[first] - shifts_[second];
    double sum = 0;
    for (size_t y = 0; y < images_.height; y++) {
      for (size_t x = 0; x < width_; x++, a += colored ? 3 : 1, b += colored ? 3 : 1) {
        const double d = f * light<colored>(a) - g * light<colored>(b) - shift;
        sum += d * d;
      }
      if (sum > most_) return false;
    }
    return true;
  }

  template <bool colored> void measure(size_t image) {
    const uint8_t* p = images_.at[image];
    double sums[fine] = {}, total = 0, squares = 0;
    for (size_t row = 0; row + 1 < down_.size(); row++) {
      for (size_t y = down_[row]; y < down_[row + 1]; y++) {
        for (size_t column = 0; column + 1 < across_.size(); column++) {
          uint64_t sum = 0, square = 0;
          for (size_t x = across_[column]; x < across_[column + 1]; x++, p += colored ? 3 : 1) {
            const uint32_t value = uint32_t(light<colored>(p));
            sum += value;
            square += value * value;
          }
          sums[row * side + column] += double(sum);
          total += double(sum);
          squares += double(square);
        }
      }
    }
    const double n = double(pixels_), mean = total / n, variance = squares / n - mean * mean;
    const double factor = variance > 0 ? 1 / sqrt(variance) : 0;
    factors_[image] = factor;
    shifts_[image] = mean * factor;
    for (size_t row = 0; row + 1 < down_.size(); row++) {
      for (size_t column = 0; column + 1 < across_.size(); column++) {
        const double area = double((down_[row + 1] - down_[row]) * (across_[column + 1] - across_[column]));
        const size_t part = row * side + column;
        means_[image * fine + part] = float((sums[part] - area * mean) * factor / sqrt(area));
      }
    }
  }
};

uint32_t root_of(std::vector<uint32_t>& parents, uint32_t image) {
  while (parents[image] != image) image = parents[image] = parents[parents[image]];
  return image;
}

}  // namespace

std::vector<uint32_t> near_copies(const std::vector<const uint8_t*>& at, size_t height, size_t width, size_t channels,
                                  const NearLimits& limits) {
  const Images images{at, height, width, channels};
  std::vector<uint32_t> parents(at.size());
  for (size_t i = 0; i < at.size(); i++) parents[i] = uint32_t(i);
  const Thumbnails thumbnails(images, limits);
  Alike alike(images, limits.least_correlation);
  const std::vector<uint64_t>& placed = thumbnails.placed;
  std::vector<size_t> begins;
  std::vector<int64_t> keys;
  for (size_t place = 0; place < placed.size(); place++) {
    const int64_t key = int64_t(placed[place] >> 32);
    if (!keys.empty() && keys.back() == key) continue;
    begins.push_back(place);
    keys.push_back(key);
  }
  begins.push_back(placed.size());

  const int64_t across = int64_t(ceil(256 / limits.cell)) + 2;
  int64_t offsets[81];
  for (int i = 0; i < 81; i++)
    offsets[i] = ((int64_t(i % 3 - 1) * across + i / 3 % 3 - 1) * across + i / 9 % 3 - 1) * across + i / 27 - 1;
  // As the keys ascend, those at one offset from them do.
  size_t next[81] = {}, around[81];
  for (size_t cell = 0; cell < keys.size(); cell++) {
    size_t count = 0;
    for (int i = 0; i < 81; i++) {
      while (next[i] < keys.size() && keys[next[i]] < keys[cell] + offsets[i]) next[i]++;
      if (next[i] < keys.size() && keys[next[i]] == keys[cell] + offsets[i]) around[count++] = next[i];
    }
    for (size_t place = begins[cell]; place < begins[cell + 1]; place++) {
      const uint32_t sample = uint32_t(placed[place]);
      double compared = 0;
      for (size_t i = 0; i < count && compared < limits.most_compared; i++) {
        for (size_t other = begins[around[i]]; other < begins[around[i] + 1]; other++) {
          const uint32_t before = uint32_t(placed[other]);
          if (before >= sample || ++compared > limits.most_compared) break;
          if (thumbnails.differ(place, other)) continue;
          const uint32_t a = root_of(parents, before), b = root_of(parents, sample);
          if (a != b && alike.are(sample, before)) parents[std::max(a, b)] = std::min(a, b);
        }
      }
    }
  }
  for (size_t i = 0; i < at.size(); i++) parents[i] = root_of(parents, uint32_t(i));
  return parents;
}

}  // namespace heddle
