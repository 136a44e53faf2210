#include "program.h"

#include "cpu.h"

namespace heddle {
namespace {

constexpr int operation_barrier = kernel_count, operation_halt = kernel_count + 1;
constexpr double slice_seconds = 0.1;

struct BarrierArguments {
  BarrierWords* words;
  int64_t ranks, spin;
};

// One argument as its signature says it: its name, whether it is a buffer or a real number, the size of its elements.
struct Argument {
  bool buffer, real;
  int element;
};

const char* next_argument(const char* at, int element_bytes, Argument& argument) {
  while (*at == ' ') at++;
  if (!*at) return nullptr;
  while (*at && *at != ' ' && *at != '*' && *at != '~') at++;
  argument = {*at == '*', *at == '~', element_bytes};
  if (*at == '*') {
    int bits = 0;
    for (at++; *at >= '0' && *at <= '9'; at++) bits = bits * 10 + (*at - '0');
    if (bits) argument.element = bits / 8;
  }
  while (*at && *at != ' ') at++;
  return at;
}

}  // namespace

const Operation* operations() {
  static const Operation list[operation_count] = {
#define HEDDLE_KERNEL(name, function, arguments) {name, arguments},
#include "kernels.inc"
#undef HEDDLE_KERNEL
    {"barrier", "words*32 ranks spin"},
    {"halt", "flag*32"},
  };
  return list;
}

bool Program::load(const double* words, size_t count, uint8_t* arena, size_t arena_bytes, const KernelTable& kernels, std::string& error) {
  size_t at = 0;
  const auto fail = [&](const std::string& what) {
    error = "program word " + std::to_string(at) + ": " + what;
    return false;
  };
  const auto inside = [&](double offset, double bytes, int element) {
    return offset >= 0 && bytes >= 0 && offset + bytes <= double(arena_bytes) && offset == double(int64_t(offset)) &&
           (reinterpret_cast<uintptr_t>(arena) + uint64_t(offset)) % uint64_t(element) == 0;
  };
  if (count < 2 || (words[0] != 4 && words[0] != 8)) return fail("expected an element size of 4 or 8");
  const int element_bytes = int(words[0]);
  if (!inside(words[1], step_block_words * 8, 8)) return fail("step block outside the arena");
  step_block_ = reinterpret_cast<double*>(arena + uint64_t(words[1]));
  for (at = 2; at < count;) {
    // Compared as doubles: beyond the range of int a cast may give any number.
    if (!(words[at] >= 0 && words[at] < operation_count) || words[at] != int(words[at])) return fail("unknown operation");
    const int operation = int(words[at]);
    at++;
    Entry entry{};
    entry.operation = operation;
    entry.kernel = operation >= kernel_count ? nullptr : element_bytes == 4 ? kernels.f32[operation] : kernels.f64[operation];
    Argument argument;
    int n = 0;
    for (const char* s = operations()[operation].signature; (s = next_argument(s, element_bytes, argument)); n++) {
      if (at + (argument.buffer ? 2 : 1) > count) return fail("ends inside an operation");
      if (argument.buffer) {
        if (words[at] == -1) entry.words[n].pointer = nullptr;
        else if (inside(words[at], words[at + 1], argument.element)) entry.words[n].pointer = arena + uint64_t(words[at]);
        else return fail(std::string("buffer outside the arena or not aligned, operation ") + operations()[operation].name);
        at += 2;
      } else if (argument.real) {
        entry.words[n].real = words[at++];
      } else {
        entry.words[n].integer = int64_t(words[at++]);
      }
    }
    entries_.push_back(entry);
  }
  return true;
}

int Program::run(size_t from) {
  const FlushDenormals flush;
  const double* b = step_block_;
  const Step step = {int64_t(b[0]), int64_t(b[1]), int64_t(b[2]), int64_t(b[3]), b[4], b[5] != 0, b[6] != 0, b + step_block_scalars,
                     int64_t(b[16]), int64_t(b[17]), b[18] != 0};
  double& waited = step_block_[step_block_waited];
  const uint64_t start = ticks(), slice = uint64_t(slice_seconds * ticks_per_second());
  for (size_t i = from; i < entries_.size(); i++) {
    const Entry& entry = entries_[i];
    if (entry.kernel) {
      entry.kernel(entry.words, step);
    } else if (entry.operation == operation_barrier) {
      const auto a = read_arguments<BarrierArguments>(entry.words);
      const uint64_t from_tick = ticks();
      const Meeting meeting = arrival_.meet(a.words, int32_t(a.ranks), a.spin != 0);
      waited += double(ticks() - from_tick) / ticks_per_second();
      if (meeting == Meeting::poisoned) return status_poisoned;
      if (meeting == Meeting::waiting) return int(i);
    } else if (__atomic_load_n(static_cast<int32_t*>(entry.words[0].pointer), __ATOMIC_RELAXED)) {
      return status_halted;
    }
    if (i + 1 < entries_.size() && ticks() - start > slice) return int(i + 1);
  }
  return status_done;
}

}  // namespace heddle
