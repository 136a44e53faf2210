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
// The kernels, in the order of kernels.inc, then the operations of the interpreter itself: barrier and halt.
const Operation* operations();
constexpr int operation_count = kernel_count + 2;

enum RunStatus { status_done = -1, status_poisoned = -2, status_halted = -3 };

class Program {
 public:
  // Reads `words`: element size (4 or 8), offset of the step block, then per operation its number and arguments; a buffer
  // is an offset and a length in bytes (offset -1: none). Every buffer must lie inside the arena and be aligned to its
  // elements. Returns false with a message otherwise.
  bool load(const double* words, size_t count, uint8_t* arena, size_t arena_bytes, const KernelTable& kernels, std::string& error);

  // Runs from operation `from`. Returns a status, or the number of the operation to go on from: no call lasts much
  // longer than a tenth of a second, so that JavaScript stays in charge.
  int run(size_t from);

 private:
  struct Entry {
    Kernel kernel;  // null for the interpreter's own
    int operation;
    Word words[max_arguments];
  };
  std::vector<Entry> entries_;
  double* step_block_ = nullptr;
  Arrival arrival_;
};

}  // namespace heddle
