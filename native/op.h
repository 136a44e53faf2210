// What the interpreter and the kernels share: plain data, no arithmetic, no instruction set.
#pragma once
#include <stdint.h>
#include <string.h>

namespace heddle {

// What changes from step to step, and inside a loop over blocks of samples from block to block.
struct Step {
  int64_t cursor;  // place in the order of the first row of this chunk
  int64_t first;   // first row of this rank's shard, within the chunk
  int64_t rows;    // rows of this rank's shard; may be 0
  int64_t chunk;   // rows of the chunk over all ranks
  double scale;    // 1 / weight of the minibatch: its samples, or the sum of their classes' weights
  bool start;   // the gradient (in a block: its group's partial gradient) starts here, else it goes on from the stored
                // one
  bool finish;  // the gradient ends here: update the weights
  const double* hyper;  // the optimizer's numbers of this step
  int64_t epoch;        // for draws that belong to (epoch, sample)
  int64_t group;        // the group of samples whose partial gradient this block adds to
  bool last;            // this block is the last of its group
};

// Where they stand in the rank's step block, which TypeScript writes as doubles (src/kernels/layout.ts).
enum StepWord {
  step_cursor,
  step_first,
  step_rows,
  step_chunk,
  step_scale,
  step_start,
  step_finish,
  step_waited,  // seconds in barriers, added up by the interpreter
  step_epoch,
  step_group,
  step_last,
  step_hyper = 16,  // `rule_scalars` for each of `most_rules`
  step_words = 16 + 16 * 16,
};
constexpr int rule_scalars = 16, most_rules = 16;

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

// What programs name by number: the lines of activation/functions.inc and optimizer/optimizers.inc, from 0. Who needs a
// name of one includes activation/list.h or optimizer/list.h; the others are not compiled again when a line comes.
enum class Activation : int64_t;
enum class Optimizer : int64_t;

// What an update names: the optimizer, and which of the step's rules has its numbers: number + 64 * rule.
static inline Optimizer loop_of(Optimizer named) { return Optimizer(int64_t(named) & 63); }
static inline const double* scalars_of(Optimizer named, const double* hyper) {
  return hyper + (int64_t(named) >> 6) * rule_scalars;
}

// Places in a rule, after the optimizer's own numbers: what is done to the gradient before (src/kernels/layout.ts).
enum PenaltyWord { penalty_active = 8, penalty_clip, penalty_factor, penalty_decay, penalty_l1, penalty_shrink };

// Weights live in panels of 3 vectors of columns, the last one narrower: [panel][k][columns].
constexpr int panel_vectors = 3;

}  // namespace heddle
