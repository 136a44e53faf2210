#include "program.h"

#include "cpu.h"

namespace heddle {
namespace {

constexpr int operation_barrier = kernel_count, operation_halt = kernel_count + 1, operation_blocks = kernel_count + 2;
constexpr double slice_seconds = 0.1;

struct BarrierArguments {
  BarrierWords* words;
  int64_t ranks, spin;
};

// blocks: the next `count` operations run once for each block of at most `size` samples: of this rank's groups in turn, or,
// where `groups` is 0, of its shard. Group g of G is the samples [chunk g / G, chunk (g + 1) / G). An empty group is one
// empty block: its partial sums are zero.
struct BlocksArguments {
  int64_t first_group, last_group, groups, size, count;
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
    {"blocks", "firstGroup lastGroup groups size count"},
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
      if (at + (argument.buffer ? 3 : 1) > count) return fail("ends inside an operation");
      if (argument.buffer) {
        if (words[at] == -1) entry.words[n].pointer = nullptr;
        else if (inside(words[at], words[at + 1], argument.element)) entry.words[n].pointer = arena + uint64_t(words[at]);
        else return fail(std::string("buffer outside the arena or not aligned, operation ") + operations()[operation].name);
        entry.row_bytes[n] = int64_t(words[at + 2]);
        at += 3;
      } else if (argument.real) {
        entry.words[n].real = words[at++];
      } else {
        entry.words[n].integer = int64_t(words[at++]);
      }
    }
    entries_.push_back(entry);
  }
  loop_head_.assign(entries_.size(), 0);
  for (size_t head = 0; head < entries_.size(); head++) {
    if (entries_[head].operation != operation_blocks) continue;
    const auto a = read_arguments<BlocksArguments>(entries_[head].words);
    const size_t end = head + 1 + size_t(a.count);
    const bool valid = a.size > 0 && a.groups >= 0 && a.count > 0 && a.count <= int64_t(entries_.size()) && end <= entries_.size();
    if (!valid) return fail("a loop over blocks of no samples, or beyond the program");
    for (size_t i = head + 1; i < end; i++) {
      if (!entries_[i].kernel) return fail("a loop over blocks holds something other than kernels");
      loop_head_[i] = head + 1;
    }
  }
  return true;
}

// The block a loop has come to: which samples of the chunk, of which group.
struct Program::Loop {
  BlocksArguments a;
  size_t begin, end;  // operations of its body
  int64_t done;       // blocks before this one

  // The step of block `done`, and its first row in the chunk; false where no block is left.
  bool next(const Step& whole, Step& block, int64_t& row) const {
    int64_t left = done;
    const int64_t last_group = a.groups ? a.last_group : 1;
    for (int64_t g = a.groups ? a.first_group : 0; g < last_group; g++) {
      const int64_t from = a.groups ? whole.chunk * g / a.groups : whole.first;
      const int64_t rows = (a.groups ? whole.chunk * (g + 1) / a.groups : whole.first + whole.rows) - from;
      const int64_t blocks = rows > 0 ? (rows + a.size - 1) / a.size : 1;
      if (left >= blocks) {
        left -= blocks;
        continue;
      }
      const int64_t first = rows * left / blocks;
      row = from + first;
      block = whole;
      block.cursor = whole.cursor + row;
      block.first = 0;
      block.rows = rows * (left + 1) / blocks - first;
      block.start = whole.start && left == 0;
      block.last = left == blocks - 1;
      block.group = g;
      return true;
    }
    return false;
  }
};

// Rows of a chunk that a block reads and writes begin at its own first row.
void Program::run_block(const Entry& entry, const Step& step, int64_t row) const {
  Word words[max_arguments];
  for (int i = 0; i < max_arguments; i++) {
    words[i] = entry.words[i];
    if (entry.row_bytes[i]) words[i].pointer = static_cast<uint8_t*>(words[i].pointer) + row * entry.row_bytes[i];
  }
  entry.kernel(words, step);
}

std::vector<double> Program::profile() {
  std::vector<double> seconds(entries_.size(), 0);
  for (size_t i = 0; i < spent_.size(); i++) seconds[i] = double(spent_[i]) / ticks_per_second();
  spent_.assign(entries_.size(), 0);
  return seconds;
}

int Program::run(size_t from) {
  const FlushDenormals flush;
  const double* b = step_block_;
  const Step step = {int64_t(b[0]), int64_t(b[1]), int64_t(b[2]), int64_t(b[3]), b[4], b[5] != 0, b[6] != 0, b + step_block_scalars,
                     int64_t(b[16]), int64_t(b[17]), b[18] != 0};
  double& waited = step_block_[step_block_waited];
  const uint64_t start = ticks(), slice = uint64_t(slice_seconds * ticks_per_second());
  const size_t length = entries_.size();
  Loop loop{};
  Step block = step;
  int64_t row = 0;
  const auto enter = [&](size_t head, int64_t done) {
    loop.a = read_arguments<BlocksArguments>(entries_[head].words);
    loop.begin = head + 1;
    loop.end = head + 1 + size_t(loop.a.count);
    loop.done = done;
    return loop.next(step, block, row);
  };
  if (length == 0) return status_done;
  size_t i = from % length;
  if (from >= length || loop_head_[i]) {
    if (!enter(loop_head_[i] - 1, int64_t(from / length))) return status_done;
  }
  while (i < length) {
    const Entry& entry = entries_[i];
    const size_t now = i;
    const uint64_t begin = spent_.empty() ? 0 : ticks();
    if (entry.kernel) {
      if (loop.end) run_block(entry, block, row);
      else entry.kernel(entry.words, step);
    } else if (entry.operation == operation_blocks) {
      if (!enter(i, 0)) {
        i = loop.end;
        loop.end = 0;
        continue;
      }
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
    if (!spent_.empty()) spent_[now] += ticks() - begin;
    i++;
    if (loop.end && i == loop.end) {
      loop.done++;
      if (loop.next(step, block, row)) i = loop.begin;
      else loop.end = 0;
    }
    if (i < length && ticks() - start > slice) return int(i + (loop.end ? size_t(loop.done) * length : 0));
  }
  return status_done;
}

}  // namespace heddle
