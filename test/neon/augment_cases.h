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

// The numbers of all changes, by their names: what is registered is in here.
struct AugmentNumbers {
#include "generated/augment_numbers.inc"
};
constexpr size_t augment_words = sizeof(AugmentNumbers) / sizeof(Word);
static_assert(sizeof(AugmentNumbers) == augment_words * sizeof(Word));

struct AugmentKind {
  const char* name;
  bool mixed;
  void (*set)(AugmentNumbers& of);
};
void moved(AugmentNumbers& of, double rotate, double shift, int64_t fill) {
  of.rotate = rotate, of.shift_height = of.shift_width = shift, of.shear = 0.05;
  of.zoom_height = of.zoom_width = 0.3, of.fill = fill;
}
const AugmentKind augment_kinds[] = {
    {"nothing", false, [](AugmentNumbers&) {}},
    {"nearest", false, [](AugmentNumbers& of) { moved(of, 0.2, 0.1, 0); }},
    {"constant", false, [](AugmentNumbers& of) { moved(of, 0.2, 0.1, 1), of.flip_horizontal = of.flip_vertical = 1; }},
    {"reflect", false, [](AugmentNumbers& of) { moved(of, 0.5, 0.9, 2); }},
    {"colors", false, [](AugmentNumbers& of) { of.flip_horizontal = 1, of.contrast = 0.7, of.brightness = 0.3; }},
    {"noise", false, [](AugmentNumbers& of) { of.noise = 0.1; }},
    {"crop and erase", false, [](AugmentNumbers& of) { of.flip_horizontal = 1, of.crop = 3, of.erase = 0.7; }},
    {"resized crop", false, [](AugmentNumbers& of) { of.resized_crop = 0.2; }},
    {"jitter", false, [](AugmentNumbers& of) { of.jitter = 0.4; }},
    {"mixed", true, [](AugmentNumbers& of) { of.resized_crop = 0.5, of.jitter = 0.2, of.flip_horizontal = 1; }},
};

// Every number of a change is another than 0 in some case.
void check_augment_kinds() {
  bool used[augment_words] = {};
  for (const AugmentKind& kind : augment_kinds) {
    AugmentNumbers numbers{};
    kind.set(numbers);
    Word words[augment_words];
    memcpy(words, &numbers, sizeof words);
    for (size_t i = 0; i < augment_words; i++) used[i] = used[i] || words[i].integer != 0;
  }
  for (size_t i = 0; i < augment_words; i++)
    if (!used[i]) fail("augment", "no case has number " + to_string(i) + " of generated/augment_numbers.inc");
}

template <class T> void augment_cases() {
  check_augment_kinds();
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
                   Buffer<T> x(step.chunk * ld, T(1));
                   Buffer<T> workspace((s.height + 2) * (s.width + 2) * s.channels + pixels, T(3));
                   Buffer<uint32_t> partners(order.size());
                   Buffer<double> mixes(6 * order.size());
                   for (int64_t i = 0; i < order.size(); i++) {
                     partners[i] = uint32_t((i + 2) % samples);
                     mixes[6 * i] = mixes[6 * i + 1] = i % 2 ? 1 : 0.25;
                     // A box where nothing is blended.
                     mixes[6 * i + 3] = i % 2 ? double(s.height) : 0, mixes[6 * i + 5] = double(s.width / 2);
                   }
                   AugmentNumbers numbers{};
                   k.set(numbers);
                   Word changes[augment_words];
                   memcpy(changes, &numbers, sizeof changes);
                   const Word given[] = {word(x), word(ld), word(images), word(order), word(scale), word(shift),
                                         word(workspace), k.mixed ? word(partners) : word(nullptr),
                                         k.mixed ? word(mixes) : word(nullptr), word(int64_t(0xdeadbeef)),
                                         word(int64_t(0x07000000)), word(s.height), word(s.width), word(s.channels),
                                         word(255), word(per_image)};
                   std::vector<Word> words(std::begin(given), std::end(given));
                   words.insert(words.end(), changes, changes + augment_words);
                   call_words<T>(table, kernel_augment, step, words.data());
                   result.take(x);
                   result.intact = result.intact && workspace.intact();
                 });
}

}  // namespace
}  // namespace heddle
