// Cases of augmentation.
#pragma once
#include "data.h"

namespace heddle {
namespace {

struct AugmentShape {
  int64_t height, width, channels;
};
// One pixel, a row, a column; around vectors and the strips of 64 columns.
constexpr AugmentShape augment_shapes[] = {{1, 1, 1}, {1, 7, 3}, {9, 1, 2}, {28, 28, 1}, {15, 17, 3}, {4, 65, 3}};

struct AugmentKind {
  const char* name;
  double rotate, shift, shear, zoom;
  int flip;
  double contrast, brightness, noise;
  int crop;
  double erase;
  int fill;
};
constexpr AugmentKind augment_kinds[] = {
    {"nothing", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},           {"nearest", 0.2, 0.1, 0.05, 0.3, 0, 0, 0, 0, 0, 0, 0},
    {"constant", 0.2, 0.1, 0.05, 0.3, 1, 0, 0, 0, 0, 0, 1}, {"reflect", 0.5, 0.9, 0.05, 0.3, 0, 0, 0, 0, 0, 0, 2},
    {"colors", 0, 0, 0, 0, 1, 0.7, 0.3, 0, 0, 0, 0},       {"noise", 0, 0, 0, 0, 0, 0, 0, 0.1, 0, 0, 0},
    {"crop and erase", 0, 0, 0, 0, 1, 0, 0, 0, 3, 0.7, 0},
};

template <class T> void augment_cases() {
  for (const AugmentShape& s : augment_shapes)
    for (const AugmentKind& k : augment_kinds)
      for (const int per_image : {0, 1})
        check<T>("augment " + to_string(s.height) + "x" + to_string(s.width) + "x" + to_string(s.channels) + " " +
                     k.name + (per_image ? " per image" : " affine"),
                 {1024, false}, [=](const KernelTable& table, Random& random, Result<T>& result) {
                   constexpr int64_t samples = 5;
                   const int64_t pixels = s.height * s.width * s.channels, ld = pixels + 1;
                   Step step = shard(3);
                   step.cursor = 2;
                   step.epoch = int64_t(random.bits() >> 32);
                   Buffer<uint8_t> images(samples * pixels);
                   // The last image is one grey: its spread is 0.
                   for (int64_t i = 0; i < images.size(); i++)
                     images[i] = i < (samples - 1) * pixels ? uint8_t(random.below(256)) : 77;
                   Buffer<uint32_t> order(step.cursor + step.chunk);
                   for (int64_t i = 0; i < order.size(); i++) order[i] = uint32_t(i % samples);
                   Buffer<T> scale = random_numbers<T>(random, pixels, 0x1p-8),
                             shift = random_numbers<T>(random, pixels);
                   Buffer<T> x(step.chunk * ld, T(1)), workspace((s.height + 2) * (s.width + 2) * s.channels, T(3));
                   call<T>(table, kernel_augment, step, x, ld, images, order, scale, shift, workspace,
                           (const uint32_t*)nullptr, (const double*)nullptr,
                           int64_t(0xdeadbeef), int64_t(0x07000000), s.height, s.width, s.channels, 255, per_image,
                           k.rotate, k.shift, k.shift, k.shear, k.zoom, k.zoom, k.flip, k.flip, k.contrast,
                           k.brightness, k.noise, k.crop, k.erase, k.fill);
                   result.take(x);
                   result.intact = result.intact && workspace.intact();
                 });
}

}  // namespace
}  // namespace heddle
