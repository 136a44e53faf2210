// The registers of the instruction set that a unit is compiled for, and the tile they hold. HEDDLE_ISA_NAMESPACE names
// it (units.mjs writes a unit for each); without a name, `generic`, so that every header compiles on its own.
//
// isa/<name>.h gives
//   Reg<T>, BitsReg                registers of numbers of type T, and of their bits; simd/vec.h makes vectors of them
//   HEDDLE_UNROLL                  a pragma that unrolls the loops over registers, or nothing
//   tile_rows, tile_vectors        the largest tile that the registers hold beside a row of B and a number of A
//   wide_tile                      a tile is as wide as a panel: fewer columns leave registers for more rows, and B
//                                  may be read where it lies
//   HEDDLE_CALLS_THROUGH_MEMORY    defined where a vector is several registers, and calls pass it through memory
//   broadcast_from_memory          a number of A is an operand of the multiplication and takes no register
#pragma once

#ifndef HEDDLE_ISA_NAMESPACE
#define HEDDLE_ISA_NAMESPACE generic
#endif

#define HEDDLE_TEXT_(x) #x
#define HEDDLE_TEXT(x) HEDDLE_TEXT_(x)
#include HEDDLE_TEXT(HEDDLE_ISA_NAMESPACE.h)

// What must not become a call: one would pass its vectors through memory.
#define HEDDLE_INLINE __attribute__((always_inline)) inline
#define HEDDLE_LAMBDA __attribute__((always_inline))
// The same of long functions: where a vector is one register a call costs little, and generic kernels are to be small.
#ifdef HEDDLE_CALLS_THROUGH_MEMORY
#define HEDDLE_INLINE_LONG HEDDLE_INLINE
#else
#define HEDDLE_INLINE_LONG inline
#endif
