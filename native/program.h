// A program is what one rank does in a step: a list of operations planned in TypeScript, run here in one call.
#pragma once
#include <string>
#include <vector>

#include "barrier.h"
#include "kernels.h"

namespace heddle {

struct Operation {
  const char* name;
  const char* signature;
};
// The kernels, in the order of kernels.inc, then the operations of the interpreter itself: barrier, halt and blocks.
const Operation* operations();
constexpr int operation_count = kernel_count + 3;

enum RunStatus { status_done = -1, status_poisoned = -2, status_halted = -3 };

class Program {
 public:
  // Reads `words`: element size (4 or 8), offset of the step block, then per operation its number and arguments; a buffer
  // is an offset, a length in bytes (offset -1: none) and the bytes from one sample's row to the next (0: no rows). Every
  // buffer must lie inside the arena and be aligned to its elements. Returns false with a message otherwise.
  bool load(const double* words, size_t count, uint8_t* arena, size_t arena_bytes, const KernelTable& kernels, std::string& error);

  // Runs from operation `from`. Returns a status, or the number of the operation to go on from: no call lasts much
  // longer than a tenth of a second, so that JavaScript stays in charge. (Inside a loop over blocks the number counts on
  // by the length of the program for each block done.)
  int run(size_t from);

  // Seconds that each operation has taken since the last call; the first call begins the count.
  std::vector<double> profile();

 private:
  struct Entry {
    Kernel kernel;  // null for the interpreter's own
    int operation;
    Word words[max_arguments];
    int64_t row_bytes[max_arguments];
  };
  struct Loop;
  void run_block(const Entry& entry, const Step& step, int64_t row) const;
  std::vector<Entry> entries_;
  std::vector<size_t> loop_head_;  // of each operation: 1 + the place of the loop it belongs to; 0 where none
  std::vector<uint64_t> spent_;  // ticks of each operation, where a profile is wanted; else empty
  double* step_block_ = nullptr;
  Arrival arrival_;
};

}  // namespace heddle
