// Philox4x32-10 (Salmon et al. 2011) in 8 lanes, the same draws as src/random.ts: a lane is one block of four words.
#pragma once
#include <stdint.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Blocks of random words. Words stand in the low halves of the lanes; what is above them means nothing.
struct Words {
  Bits word[4];
};

// The blocks of the counters `words` under a key. A product's low half is never cut out of it: whoever multiplies reads
// low halves only.
HEDDLE_INLINE_LONG Words philox(Words words, uint32_t key0, uint32_t key1) {
  const Bits multiplier0 = Bits::set1(0xd2511f53), multiplier1 = Bits::set1(0xcd9e8d57);
  Bits &a = words.word[0], &b = words.word[1], &c = words.word[2], &d = words.word[3];
  HEDDLE_UNROLL
  for (int round = 0; round < 10; round++) {
    const Bits product0 = multiply_words(a, multiplier0), product1 = multiply_words(c, multiplier1);
    a = product1.template right<32>() ^ b ^ Bits::set1(key0);
    b = product1;
    c = product0.template right<32>() ^ d ^ Bits::set1(key1);
    d = product0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  return words;
}

// 64 bits as the words of a counter have them.
inline Words counter(uint32_t a, uint32_t b, uint32_t c, Bits d) {
  return {{Bits::set1(a), Bits::set1(b), Bits::set1(c), d}};
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
