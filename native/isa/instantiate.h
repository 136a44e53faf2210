// Everything that is compiled once per instruction set. The including file has defined HEDDLE_ISA_NAMESPACE, its
// registers (simd/<isa>.h) and its tile: `tile_rows` x `tile_vectors`, the largest that the registers hold.
#include "../kernels.h"
#include "../simd/vec.h"
#include "../activation/function.h"
#include "../gather/gather.h"
#include "../optimizer/optimizer.h"
#include "../softmax/loss.h"
#include "../gemm/tile.h"
#include "../gemm/dense.h"
#include "../gemm/gemm.h"
#include "../pool/pool.h"
#include "../maxout/maxout.h"
#include "../random/philox.h"
#include "../random/normal.h"
#include "../noise/draws.h"
#include "../noise/noise.h"
#include "../augment/draw.h"
#include "../augment/augment.h"
#include "../norm/moments.h"
#include "../norm/batch_norm.h"
#include "../norm/batch_norm_backward.h"
#include "../conv/geometry.h"
#include "../winograd/transform.h"
#include "../winograd/tiles.h"
#include "../winograd/filters.h"
#include "../conv/product.h"
#include "../conv/backward_few.h"
#include "../conv/conv.h"
#include "../conv/gradient.h"
#include "../conv/update.h"
#include "../winograd/forward.h"
#include "../winograd/gradient.h"
#include "../winograd/update.h"

#define HEDDLE_STRING_(x) #x
#define HEDDLE_STRING(x) HEDDLE_STRING_(x)
#define HEDDLE_JOIN_(a, b) a##b
#define HEDDLE_JOIN(a, b) HEDDLE_JOIN_(a, b)

namespace heddle {
extern const KernelTable HEDDLE_JOIN(table_, HEDDLE_ISA_NAMESPACE) = {
  HEDDLE_STRING(HEDDLE_ISA_NAMESPACE),
#define HEDDLE_KERNEL(name, function, arguments) HEDDLE_ISA_NAMESPACE::function<float>,
  {
#include "../kernels.inc"
  },
#undef HEDDLE_KERNEL
#define HEDDLE_KERNEL(name, function, arguments) HEDDLE_ISA_NAMESPACE::function<double>,
  {
#include "../kernels.inc"
  },
#undef HEDDLE_KERNEL
  HEDDLE_ISA_NAMESPACE::gemm<float>,
  HEDDLE_ISA_NAMESPACE::gemm<double>,
  HEDDLE_ISA_NAMESPACE::fma_peak<float>,
  HEDDLE_ISA_NAMESPACE::fma_peak<double>,
  HEDDLE_ISA_NAMESPACE::tile_rows * HEDDLE_ISA_NAMESPACE::tile_vectors,
};
}  // namespace heddle
