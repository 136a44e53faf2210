// AVX-512: 24 of the 32 registers are the tile, 3 a row of B; the numbers of A are broadcast from memory.
#define HEDDLE_UNROLL _Pragma("GCC unroll 32")
#define HEDDLE_ISA_NAMESPACE avx512
#include "../simd/avx512.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {
constexpr int tile_rows = 8, tile_vectors = 3;
}
#include "instantiate.h"
