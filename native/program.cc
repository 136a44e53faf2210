#include "program.h"

#include <stdint.h>

#include <optional>

#include "cpu.h"

namespace heddle {
namespace {

constexpr double slice_seconds = 0.1;

struct BarrierArguments {
  BarrierWords* words;
  int64_t ranks, spin;
};

// blocks: the next `count` operations run once for each block of at most `size` samples: of this rank's groups in turn,
// or, where `groups` is 0, of its shard. Group g of G is the samples [chunk g / G, chunk (g + 1) / G). An empty group
// is one empty block: its partial sums are zero.
struct BlocksArguments {
  int64_t first_group, last_group, groups, size, count;
};
// The size of a block that holds any group whole (`wholeGroups` in src/kernels/layout.ts).
constexpr int64_t whole_groups = int64_t(1) << 52;

// An argument as its signature says it: `name*`, `name*32`, `name~` or `name`.
struct Argument {
  bool buffer, real;
  int element;  // bytes of a buffer's elements
};

// Reads one; returns where the next one begins, or null at the end.
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

// Takes a program's words one after the other; the first fault is kept as a message.
class Program::Reader {
 public:
  Reader(const double* words, size_t count, Stretch arena, Stretch mapped)
      : words_(words), count_(count), arena_(arena), mapped_(mapped) {}

  std::string error;
  size_t at = 0;
  bool ended() const { return at >= count_; }
  bool has(size_t words) const { return at + words <= count_; }
  double next() { return words_[at++]; }

  bool fail(const std::string& what) {
    error = "program word " + std::to_string(at) + ": " + what;
    return false;
  }

  // `bytes` bytes of the arena from `offset` on, or of what is mapped, aligned to elements of `element` bytes; null
  // where they do not exist.
  uint8_t* inside(double offset, double bytes, int element) const {
    const Stretch& of = offset <= -2 ? mapped_ : arena_;
    const double at = offset <= -2 ? -2 - offset : offset;
    const bool good = at >= 0 && bytes >= 0 && at + bytes <= double(of.bytes) && at == double(int64_t(at)) &&
                      (reinterpret_cast<uintptr_t>(of.begin) + uint64_t(at)) % uint64_t(element) == 0;
    return good ? of.begin + uint64_t(at) : nullptr;
  }

  bool read_argument(const Argument& argument, const char* operation, Word& word, int64_t& row_bytes) {
    if (!has(argument.buffer ? 3 : 1)) return fail("ends inside an operation");
    if (argument.real) {
      word.real = next();
    } else if (!argument.buffer) {
      word.integer = int64_t(next());
    } else {
      const double offset = words_[at], bytes = words_[at + 1];
      word.pointer = offset == -1 ? nullptr : inside(offset, bytes, argument.element);
      if (offset != -1 && !word.pointer)
        return fail(std::string("buffer outside the arena or not aligned, operation ") + operation);
      row_bytes = int64_t(words_[at + 2]);
      at += 3;
    }
    return true;
  }

  bool read_entry(int element_bytes, const KernelTable& kernels, Entry& entry) {
    // Compared as doubles: beyond the range of int a cast may give any number.
    const double number = words_[at];
    if (!(number >= 0 && number < operation_count) || number != int(number)) return fail("unknown operation");
    at++;
    entry.operation = int(number);
    if (entry.operation < kernel_count)
      entry.kernel = (element_bytes == 4 ? kernels.f32 : kernels.f64)[entry.operation];
    const Operation& operation = operations[entry.operation];
    Argument argument;
    int n = 0;
    for (const char* s = operation.signature; (s = next_argument(s, element_bytes, argument)); n++)
      if (!read_argument(argument, operation.name, entry.words[n], entry.row_bytes[n])) return false;
    return true;
  }

 private:
  const double* words_;
  size_t count_;
  Stretch arena_, mapped_;
};

bool Program::load(const double* words, size_t count, Stretch arena, Stretch mapped, const KernelTable& kernels,
                   std::string& error) {
  Reader reader(words, count, arena, mapped);
  const auto read = [&] {
    if (!reader.has(2) || (words[0] != 4 && words[0] != 8)) return reader.fail("expected an element size of 4 or 8");
    const int element_bytes = int(reader.next());
    step_block_ = reinterpret_cast<double*>(reader.inside(words[1], step_words * sizeof(double), sizeof(double)));
    if (!step_block_) return reader.fail("step block outside the arena");
    reader.next();
    while (!reader.ended()) {
      Entry entry{};
      if (!reader.read_entry(element_bytes, kernels, entry)) return false;
      entries_.push_back(entry);
    }
    std::string fault;
    return link_loops(fault) || reader.fail(fault);
  };
  if (read()) return true;
  error = reader.error;
  return false;
}

// Finds the operations of each loop.
bool Program::link_loops(std::string& error) {
  loop_head_.assign(entries_.size(), 0);
  for (size_t head = 0; head < entries_.size(); head++) {
    if (entries_[head].operation != operation_blocks) continue;
    const auto a = read_arguments<BlocksArguments>(entries_[head].words);
    const bool valid = a.size > 0 && a.groups >= 0 && a.count > 0 && a.count < int64_t(entries_.size() - head);
    if (!valid) return error = "a loop over blocks of no samples, or beyond the program", false;
    for (size_t i = head + 1; i <= head + size_t(a.count); i++) {
      if (!entries_[i].kernel) return error = "a loop over blocks holds something other than kernels", false;
      loop_head_[i] = head + 1;
    }
  }
  return true;
}

// The block that a loop has come to: which samples of the chunk, of which group.
struct Program::BlockCursor {
  BlocksArguments a;
  size_t begin, end;  // operations of the loop's body
  int64_t done;       // blocks before this one
  Step step;          // of this block
  int64_t row;        // its first row in the chunk

  BlockCursor(const Entry& loop, size_t head, int64_t blocks_done)
      : a(read_arguments<BlocksArguments>(loop.words)),
        begin(head + 1),
        end(head + 1 + size_t(a.count)),
        done(blocks_done) {}

  // Goes to block `done`; false where no block is left.
  bool settle(const Step& whole) {
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
      step = whole;
      step.cursor = whole.cursor + row;
      step.first = 0;
      step.rows = rows * (left + 1) / blocks - first;
      // A loop that takes whole groups sums what belongs to the chunk alone (batch norm): it starts anew in each.
      const bool anew = a.groups && a.size >= whole_groups;
      step.start = (whole.start || anew) && left == 0;
      step.last = left == blocks - 1;
      step.group = g;
      return true;
    }
    return false;
  }
};

std::vector<double> Program::profile() {
  std::vector<double> seconds(entries_.size(), 0);
  for (size_t i = 0; i < spent_.size(); i++) seconds[i] = double(spent_[i]) / ticks_per_second();
  spent_.assign(entries_.size(), 0);
  return seconds;
}

Step Program::read_step() const {
  const double* b = step_block_;
  return {
      .cursor = int64_t(b[step_cursor]),
      .first = int64_t(b[step_first]),
      .rows = int64_t(b[step_rows]),
      .chunk = int64_t(b[step_chunk]),
      .scale = b[step_scale],
      .start = b[step_start] != 0,
      .finish = b[step_finish] != 0,
      .hyper = b + step_hyper,
      .epoch = int64_t(b[step_epoch]),
      .group = int64_t(b[step_group]),
      .last = b[step_last] != 0,
  };
}

int Program::execute(size_t at, const Step& step, const BlockCursor* cursor) {
  const Entry& entry = entries_[at];
  if (entry.kernel && cursor) {
    // Rows of a chunk that a block reads and writes begin at its own first row.
    Word words[max_arguments];
    for (int i = 0; i < max_arguments; i++) {
      words[i] = entry.words[i];
      if (entry.row_bytes[i])
        words[i].pointer = static_cast<uint8_t*>(words[i].pointer) + cursor->row * entry.row_bytes[i];
    }
    entry.kernel(words, cursor->step);
  } else if (entry.kernel) {
    entry.kernel(entry.words, step);
  } else if (entry.operation == operation_barrier) {
    const auto a = read_arguments<BarrierArguments>(entry.words);
    const uint64_t from = ticks();
    const Meeting meeting = arrival_.meet(a.words, int32_t(a.ranks), a.spin != 0);
    step_block_[step_waited] += double(ticks() - from) / ticks_per_second();
    if (meeting == Meeting::poisoned) return status_poisoned;
    if (meeting == Meeting::waiting) return int(at);
  } else if (entry.operation == operation_offer) {
    offer(entry.words, step);
  } else if (entry.operation == operation_part) {
    offer_part(entry.words, step);
  } else if (entry.operation == operation_exchange) {
    const uint64_t from = ticks();
    const bool done = exchange(entry.words);
    step_block_[step_waited] += double(ticks() - from) / ticks_per_second();
    if (!done) return int(at);
  } else if (entry.operation == operation_halt) {
    if (__atomic_load_n(static_cast<int32_t*>(entry.words[0].pointer), __ATOMIC_RELAXED)) return status_halted;
  }
  return go_on;
}

int Program::run(size_t from) {
  const FlushDenormals flush;
  const size_t length = entries_.size();
  if (length == 0) return status_done;
  const Step step = read_step();
  const uint64_t start = ticks(), slice = uint64_t(slice_seconds * ticks_per_second());
  // Place i of the program; inside a loop, of block `done`: i + done * length (`run` in the header).
  size_t i = from % length;
  std::optional<BlockCursor> cursor;
  const auto enter = [&](size_t head, int64_t done) {
    cursor.emplace(entries_[head], head, done);
    if (cursor->settle(step)) return;
    i = cursor->end;
    cursor.reset();
  };
  if (loop_head_[i]) enter(loop_head_[i] - 1, int64_t(from / length));
  while (i < length) {
    const uint64_t begin = spent_.empty() ? 0 : ticks();
    const size_t now = i++;
    if (entries_[now].operation == operation_blocks) {
      enter(now, 0);
      continue;
    }
    const int status = execute(now, step, cursor ? &*cursor : nullptr);
    if (status != go_on) return status;
    if (!spent_.empty()) spent_[now] += ticks() - begin;
    if (cursor && i == cursor->end) {
      cursor->done++;
      if (cursor->settle(step))
        i = cursor->begin;
      else
        cursor.reset();
    }
    if (i < length && ticks() - start > slice) return int(i + (cursor ? size_t(cursor->done) * length : 0));
  }
  return status_done;
}

}  // namespace heddle
