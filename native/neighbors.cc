#include "neighbors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#if defined(__linux__)
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#endif

#include "system/clock.h"

namespace heddle {
namespace {

// As many stretches as a process can name, and processes that find room.
constexpr size_t most_gathers = 254, most_processes = 64;
// Seconds for which a read may fail before the run ends. A process that is gone ends it by its silence, sooner.
constexpr double most_failing = 12;

// On the page, one for each process.
struct Slot {
  int32_t lowest[2];
  uint64_t at[most_gathers];  // where its stretches begin, in its own memory
};
struct Page {
  BarrierWords barrier;
  alignas(128) Slot slots[most_processes];
};

struct Neighbors {
  Page* page = nullptr;
  std::vector<NeighborSign> signs;
  int process = 0;
  bool begun = false, spin = false;
  uint64_t word = 0;
};
Neighbors& neighbors() {
  static Neighbors& only = *new Neighbors;
  return only;
}

#if defined(__linux__)

Page* map_page(int file) {
  void* at = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return at == MAP_FAILED ? nullptr : static_cast<Page*>(at);
}

int64_t read_memory(int pid, iovec* here, size_t heres, iovec* there, size_t theres) {
  return syscall(SYS_process_vm_readv, pid, here, heres, there, theres, 0);
}

bool has_core_each(size_t processes) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  return sched_getaffinity(0, sizeof mask, &mask) == 0 && size_t(CPU_COUNT(&mask)) >= processes;
}

// All of it, in as many calls as it takes.
bool read_stretches(int pid, std::vector<iovec> here, std::vector<iovec> there) {
  constexpr size_t most = 512;  // of a call, half of what Linux takes
  for (size_t from = 0; from < here.size();) {
    const size_t count = std::min(most, here.size() - from);
    int64_t got = read_memory(pid, &here[from], count, &there[from], count);
    if (got <= 0) return false;
    // A call may end early; stretches are alike on both sides.
    for (; from < here.size() && got >= int64_t(here[from].iov_len); from++) got -= int64_t(here[from].iov_len);
    if (got == 0) continue;
    for (iovec* part : {&here[from], &there[from]}) {
      part->iov_base = static_cast<uint8_t*>(part->iov_base) + got;
      part->iov_len -= size_t(got);
    }
  }
  return true;
}

#endif

}  // namespace

NeighborSign neighbor_sign() {
  NeighborSign sign;
#if defined(__linux__)
  Neighbors& n = neighbors();
  const int file = int(syscall(SYS_memfd_create, "heddle", 1u /* MFD_CLOEXEC */));
  if (file < 0 || ftruncate(file, sizeof(Page)) != 0) return sign;
  n.word = uint64_t(getpid()) * 1000003;
  sign = {double(getpid()), double(file), double(reinterpret_cast<uintptr_t>(&n.word)), double(n.word)};
#endif
  return sign;
}

bool neighbors_meet(const std::vector<NeighborSign>& signs, int process) {
#if defined(__linux__)
  Neighbors& n = neighbors();
  if (signs.empty() || signs.size() > most_processes || signs[0].page < 0) return false;
  const std::string path = "/proc/" + std::to_string(int(signs[0].pid)) + "/fd/" + std::to_string(int(signs[0].page));
  const int file = process == 0 ? int(signs[0].page) : open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  n.page = map_page(file);
  if (process != 0) close(file);
  if (!n.page) return false;
  for (const NeighborSign& sign : signs) {
    uint64_t word = 0;
    iovec here = {&word, sizeof word};
    iovec there = {reinterpret_cast<void*>(uintptr_t(sign.address)), sizeof word};
    if (read_memory(int(sign.pid), &here, 1, &there, 1) != sizeof word || double(word) != sign.word) return false;
  }
  n.signs = signs, n.process = process, n.spin = has_core_each(signs.size());
  return true;
#else
  return (void)signs, (void)process, false;
#endif
}

void neighbors_begin() { neighbors().begun = true; }

// The same answer in all processes: all exchange the same stretches.
bool NeighborExchange::begin(const Exchange& exchange) {
  if (!neighbors().begun || exchange.gathers.size() > most_gathers) return false;
  exchange_ = exchange;
  at_ = At::publish;
  return true;
}

// A process must not read before all have made their part, and not go on before all have read it.
bool NeighborExchange::wait() {
  Neighbors& n = neighbors();
  const int32_t processes = int32_t(n.signs.size());
  if (at_ == At::publish) {
    Slot& own = n.page->slots[n.process];
    for (size_t i = 0; i < exchange_.gathers.size(); i++)
      own.at[i] = reinterpret_cast<uintptr_t>(exchange_.gathers[i].at);
    memcpy(own.lowest, exchange_.lowest, sizeof own.lowest);
    at_ = At::meet;
  }
  if (at_ == At::meet) {
    if (arrival_.meet(&n.page->barrier, processes, n.spin) != Meeting::met) return false;
    at_ = At::read;
  }
  if (at_ == At::read) {
    if (!read_all()) return read_failed();
    failing_since_ = 0;
    at_ = At::leave;
  }
  return arrival_.meet(&n.page->barrier, processes, n.spin) == Meeting::met;
}

// One that is gone is noticed elsewhere, and ends all.
bool NeighborExchange::read_failed() {
  const double now = steady_seconds();
  if (failing_since_ == 0) failing_since_ = now;
  if (now - failing_since_ > most_failing) {
    fprintf(stderr, "heddle: the memory of another process of this machine cannot be read any more (%s)\n",
            strerror(errno));
    mpi_abort(1);
  }
  const timespec nap = {0, 10'000'000};
  nanosleep(&nap, nullptr);
  return false;
}

bool NeighborExchange::read_all() {
#if defined(__linux__)
  Neighbors& n = neighbors();
  const size_t processes = n.signs.size();
  for (size_t turn = 1; turn < processes; turn++) {
    const size_t p = (size_t(n.process) + turn) % processes;
    const Slot& slot = n.page->slots[p];
    std::vector<iovec> here, there;
    uint64_t bytes = 0;
    for (size_t i = 0; i < exchange_.gathers.size(); i++) {
      const Gather& gather = exchange_.gathers[i];
      const size_t length = size_t(gather.counts[p]) * 4, from = size_t(gather.places[p]) * 4;
      if (length == 0) continue;
      here.push_back({static_cast<uint8_t*>(gather.at) + from, length});
      there.push_back({reinterpret_cast<void*>(uintptr_t(slot.at[i] + from)), length});
      bytes += length;
    }
    if (!read_stretches(int(n.signs[p].pid), std::move(here), std::move(there))) return false;
    mpi_count(bytes);
    for (int k = 0; k < 2; k++) exchange_.lowest[k] = std::min(exchange_.lowest[k], slot.lowest[k]);
  }
#endif
  return true;
}

}  // namespace heddle
