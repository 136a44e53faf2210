// NEON: 24 of the 32 registers are the tile (a vector is four), 4 a row of B, the rest numbers of A.
#define HEDDLE_UNROLL _Pragma("GCC unroll 32")
#define HEDDLE_ISA_NAMESPACE neon
#include "../simd/neon.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {
constexpr int tile_rows = 6, tile_vectors = 1;
}
#include "instantiate.h"
