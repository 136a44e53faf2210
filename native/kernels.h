// The kernels of one instruction set, as a table.
#pragma once
#include <stdint.h>

#include "gemm/arguments.h"
#include "op.h"

namespace heddle {

enum KernelIndex {
#define HEDDLE_KERNEL(name, function, words) kernel_##function,
#include "generated/kernels.inc"
#undef HEDDLE_KERNEL
  kernel_count
};

struct KernelTable {
  const char* isa;
  Kernel f32[kernel_count], f64[kernel_count];
  void (*sgemm)(const GemmArguments<float>&);
  void (*dgemm)(const GemmArguments<double>&);
  // Multiply-adds of vectors in registers alone; they return how many numbers were multiplied.
  double (*fma_f32)(int64_t passes);
  double (*fma_f64)(int64_t passes);
};

// The lines of isas.inc that concern this machine: HEDDLE_ON_<machine>(text) is the text, or nothing.
#define HEDDLE_ON_any(...) __VA_ARGS__
#if defined(__x86_64__)
#define HEDDLE_ON_x64(...) __VA_ARGS__
#else
#define HEDDLE_ON_x64(...)
#endif
#if defined(__aarch64__)
#define HEDDLE_ON_arm64(...) __VA_ARGS__
#else
#define HEDDLE_ON_arm64(...)
#endif

#define HEDDLE_ISA(name, machine, needs, flags) HEDDLE_ON_##machine(extern const KernelTable table_##name;)
#include "isa/isas.inc"
#undef HEDDLE_ISA

}  // namespace heddle
