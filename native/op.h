// What the interpreter and the kernels share: plain data, no arithmetic, no instruction set.
#pragma once
#include <stdint.h>
#include <string.h>

namespace heddle {

// The numbers that change from step to step. TypeScript writes them as doubles into the rank's step block.
struct Step {
  int64_t cursor;     // place in the order of the first row of this chunk
  int64_t first;      // first row of this rank's shard, within the chunk
  int64_t rows;       // rows of this rank's shard; may be 0
  int64_t chunk;      // rows of the chunk over all ranks
  double scale;       // 1 / weight of the minibatch: its samples, or the sum of their classes' weights
  bool start;         // the gradient (in a block: its group's partial gradient) starts here, else it goes on from the stored one
  bool finish;        // the gradient ends here: update the weights
  const double* hyper;  // the optimizer's scalars of this step
  int64_t epoch;      // for draws that belong to (epoch, sample)
  int64_t group;      // the group of samples whose partial gradient this block adds to
  bool last;          // this block is the last of its group
};
constexpr int step_block_scalars = 7;  // words before the optimizer's scalars
constexpr int step_block_waited = 15;
constexpr int step_block_words = 24;

// One argument of an operation: a pointer into the arena (null where absent), an integer or a real number.
union Word {
  void* pointer;
  int64_t integer;
  double real;
};
constexpr int max_arguments = 40;

// Reads an operation's arguments into a struct whose fields stand in the order of its signature.
template <class Arguments> inline Arguments read_arguments(const Word* words) {
  static_assert(sizeof(Arguments) % sizeof(Word) == 0 && sizeof(Arguments) <= max_arguments * sizeof(Word));
  Arguments arguments;
  memcpy(&arguments, words, sizeof arguments);
  return arguments;
}

using Kernel = void (*)(const Word*, const Step&);

// Elementwise functions, in the order of `elementwiseNames` in TypeScript.
enum Function : int64_t { identity, relu, leaky_relu, tanh_, sigmoid };

// Weights live in panels of 3 vectors of columns, the last one narrower: [panel][k][columns].
constexpr int panel_vectors = 3;

}  // namespace heddle
