// The other processes of a training. One thread of its own makes every call of MPI (FUNNELED); others hand it an
// exchange and wait. Meanwhile it tells the others that this process lives, and hears whether they do.
#pragma once
#include <stdint.h>

#include <string>
#include <vector>

namespace heddle {

// A stretch of memory that all processes have alike. Process p has made `counts[p]` words of 4 bytes from word
// `places[p]` on; after the exchange all have all of it.
struct Gather {
  void* at;
  std::vector<int> counts, places;
};

struct Exchange {
  std::vector<Gather> gathers;
  // Two numbers, of which all get the lowest that a process has; or null.
  int32_t* lowest = nullptr;
};

struct Joined {
  int process = 0, processes = 1;
  std::string library;  // what it says of itself
  std::string error;    // why there is none
};

// Opens the first of `names` that loads, and joins the processes that the launcher started. Once, for all of them.
Joined mpi_join(const std::vector<std::string>& names);
// How many processes there are, and which this is.
int mpi_processes();
int mpi_process();
// Where each process runs, for messages.
void mpi_hosts(std::vector<std::string> hosts);

// Hands over an exchange; one at a time, the same one in the same turn in all processes.
void mpi_begin(Exchange exchange);
// Waits for it, at most so many seconds. True when it is done.
bool mpi_wait(double seconds);
// Bytes that this process has sent or received for exchanges: what it got from the others.
uint64_t mpi_bytes();
void mpi_count(uint64_t bytes);

// Asks the first process to stop, as by this signal; what the others have asked of this one: 0, or a signal.
void mpi_wish(int signal);
int mpi_wished();

// Leaves, when all others do: returns after the last has. `mpi_abort` ends all processes with this code, now.
void mpi_leave();
[[noreturn]] void mpi_abort(int code);

}  // namespace heddle
