// AVX2 with FMA: 12 of the 16 registers are the tile (a vector is two), 2 a row of B, 1 a number of A.
#define HEDDLE_UNROLL _Pragma("GCC unroll 32")
#define HEDDLE_ISA_NAMESPACE avx2
#include "../simd/avx2.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {
constexpr int tile_rows = 6, tile_vectors = 1;
}
#include "instantiate.h"
