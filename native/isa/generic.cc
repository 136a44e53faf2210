// Plain C++ for machines without a kernel of their own, and the oracle of the others.
#define HEDDLE_UNROLL
#define HEDDLE_ISA_NAMESPACE generic
#include "../simd/generic.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {
constexpr int tile_rows = 4, tile_vectors = 1;
}
#include "instantiate.h"
