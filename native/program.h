// A program is what one rank does in a step: a list of operations planned in TypeScript, run here in one call.
#pragma once
#include <stdint.h>

#include <string>
#include <vector>

#include "barrier.h"
#include "kernels.h"
#include "mpi.h"
#include "neighbors.h"

namespace heddle {

struct Operation {
  const char* name;
  const char* signature;
};
// What a program may hold: the kernels, then what the interpreter does itself (src/kernels/ops/index.ts).
constexpr Operation operations[] = {
#define HEDDLE_KERNEL(name, function, words) {name, words},
#include "generated/kernels.inc"
#undef HEDDLE_KERNEL
#define HEDDLE_CONTROL(name, word, words) {name, words},
#include "generated/controls.inc"
#undef HEDDLE_CONTROL
};
enum OperationNumber {
  last_kernel = kernel_count - 1,
#define HEDDLE_CONTROL(name, word, words) operation_##word,
#include "generated/controls.inc"
#undef HEDDLE_CONTROL
  operation_count
};

enum RunStatus { status_done = -1, status_poisoned = -2, status_halted = -3 };

struct Stretch {
  uint8_t* begin;
  size_t bytes;
};

class Program {
 public:
  // Reads `words`: element size (4 or 8), offset of the step block, then per operation its number and arguments; a
  // buffer is an offset, a length in bytes (offset -1: none) and the bytes from one sample's row to the next (0: no
  // rows). Every buffer must lie inside the arena and be aligned to its elements. Offset -2 - k is byte k of `mapped`,
  // memory that is only read. Returns false with a message otherwise.
  bool load(const double* words, size_t count, Stretch arena, Stretch mapped, const KernelTable& kernels,
            std::string& error);

  // Runs from operation `from`. Returns a status, or the number of the operation to go on from: no call lasts much
  // longer than a tenth of a second, so that JavaScript stays in charge. Inside a loop over
  // blocks that number is the operation's plus the length of the program for each block of the loop that is done.
  int run(size_t from);

  // Seconds that each operation has taken since the last call; the first call begins the count.
  std::vector<double> profile();

 private:
  struct Entry {
    Kernel kernel;  // null for the interpreter's own
    int operation;
    Word words[max_arguments];
    int64_t row_bytes[max_arguments];  // of a buffer, from one sample's row to the next
  };
  class Reader;
  struct BlockCursor;

  Step read_step() const;
  bool link_loops(std::string& error);
  // Executes an entry, inside a loop or (cursor null) outside. Returns what `run` is to return, or `go_on`.
  int execute(size_t at, const Step& step, const BlockCursor* cursor);
  static constexpr int go_on = INT32_MIN;
  void offer(const Word* words, const Step& step);
  void offer_part(const Word* words, const Step& step);
  // False where the other processes have not all come yet: to be called again.
  bool exchange(const Word* words);

  std::vector<Entry> entries_;
  std::vector<size_t> loop_head_;  // of each operation: 1 + the place of the loop it belongs to; 0 where none
  std::vector<uint64_t> spent_;    // ticks of each operation, where a profile is wanted; else empty
  double* step_block_ = nullptr;
  Arrival arrival_;
  std::vector<Gather> offered_;  // for the next exchange
  int32_t lowest_[2] = {0, 0};   // of an exchange under way
  bool exchanging_ = false, by_neighbors_ = false;
  NeighborExchange neighbors_;
};

}  // namespace heddle
