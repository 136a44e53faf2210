// What a program exchanges with those of other processes.
#include "mpi.h"
#include "program.h"

namespace heddle {
namespace {

constexpr double patience_seconds = 0.1;

// offer: rows that each process has made its own of, for the next exchange. `rows` 0: those of the step's chunk;
// `pieces` of them (0: single rows) are divided among the ranks of all processes, as many in each.
struct OfferArguments {
  uint8_t* x;
  int64_t row_bytes, rows, pieces;
};

struct PartArguments {
  uint8_t* x;
  int64_t process, from, to;
};

struct ExchangeArguments {
  int32_t *flag, *stop_after;
};

}  // namespace

// The rows of an offer by process, as words of 4 bytes: whole pieces, as `shardOf` in src/engine/shard.ts has them.
void Program::offer(const Word* words, const Step& step) {
  const auto a = read_arguments<OfferArguments>(words);
  const int64_t rows = a.rows ? a.rows : step.chunk, pieces = a.pieces ? a.pieces : rows;
  const int64_t processes = mpi_processes();
  const auto edge = [&](int64_t p) { return pieces ? rows * (pieces * p / processes) / pieces : 0; };
  Gather gather{a.x, {}, {}};
  for (int64_t p = 0; p < processes; p++) {
    gather.places.push_back(int(edge(p) * a.row_bytes / 4));
    gather.counts.push_back(int((edge(p + 1) - edge(p)) * a.row_bytes / 4));
  }
  offered_.push_back(std::move(gather));
}

// part: what one process has made of x, once its update is made. Parts come in the order of the processes.
void Program::offer_part(const Word* words, const Step& step) {
  if (!step.finish) return;
  const auto a = read_arguments<PartArguments>(words);
  if (a.process == 0) offered_.push_back({a.x, {}, {}});
  offered_.back().places.push_back(int(a.from));
  offered_.back().counts.push_back(int(a.to - a.from));
}

// A flag that is up anywhere is up everywhere, and the earliest wish to stop holds for all.
bool Program::exchange(const Word* words) {
  const auto a = read_arguments<ExchangeArguments>(words);
  if (!exchanging_) {
    lowest_[0] = -__atomic_load_n(a.flag, __ATOMIC_RELAXED);
    lowest_[1] = __atomic_load_n(a.stop_after, __ATOMIC_SEQ_CST);
    Exchange exchange = {std::move(offered_), lowest_};
    offered_.clear();
    by_neighbors_ = neighbors_.begin(exchange);
    if (!by_neighbors_) mpi_begin(std::move(exchange));
    exchanging_ = true;
  }
  if (!(by_neighbors_ ? neighbors_.wait() : mpi_wait(patience_seconds))) return false;
  exchanging_ = false;
  __atomic_store_n(a.flag, -lowest_[0], __ATOMIC_RELAXED);
  __atomic_store_n(a.stop_after, lowest_[1], __ATOMIC_SEQ_CST);
  return true;
}

}  // namespace heddle
