// Processes of one machine: what they exchange inside a program, each reads from the others' memory (Linux's
// process_vm_readv), with one copy and without handing it to another thread. Where the system forbids that, or there
// are several machines, MPI does it. The bytes are the same.
#pragma once
#include <stdint.h>

#include <vector>

#include "barrier.h"
#include "mpi.h"

namespace heddle {

// What a process tells the others so that they find it: its number for the system, a descriptor of the page on which
// all meet (the first process's counts), and a word of its memory with what stands there.
struct NeighborSign {
  double pid = 0, page = -1, address = 0, word = 0;
};

// Makes this process's sign; page -1 where the system has no such pages.
NeighborSign neighbor_sign();
// Opens the first one's page and reads a word of each. True where all of it can be done.
bool neighbors_meet(const std::vector<NeighborSign>& signs, int process);
// From now on exchanges of programs go this way: to be called in all processes, or in none.
void neighbors_begin();

// An exchange of one program between neighbors.
class NeighborExchange {
 public:
  // Begins; false where MPI must do it.
  bool begin(const Exchange& exchange);
  // To be called until it is true: it gives up after about a tenth of a second.
  bool wait();

 private:
  bool read_all();
  bool read_failed();

  Exchange exchange_;
  Arrival arrival_;
  enum class At { publish, meet, read, leave } at_ = At::publish;
  double failing_since_ = 0;
};

}  // namespace heddle
