// No exchange between processes on Windows: its MPI has another interface, and nobody asked for it yet.
#include <stdlib.h>

#include "mpi.h"
#include "neighbors.h"

namespace heddle {

Joined mpi_join(const std::vector<std::string>&) {
  return {0, 1, "", "Heddle runs under MPI on Linux and macOS, not on Windows"};
}
int mpi_processes() { return 1; }
int mpi_process() { return 0; }
void mpi_hosts(std::vector<std::string>) {}
void mpi_begin(Exchange) {}
bool mpi_wait(double) { return true; }
uint64_t mpi_bytes() { return 0; }
void mpi_count(uint64_t) {}
void mpi_wish(int) {}
int mpi_wished() { return 0; }
void mpi_leave() {}
void mpi_abort(int code) { exit(code); }

NeighborSign neighbor_sign() { return {}; }
bool neighbors_meet(const std::vector<NeighborSign>&, int) { return false; }
void neighbors_begin() {}
bool NeighborExchange::begin(const Exchange&) { return false; }
bool NeighborExchange::wait() { return true; }

}  // namespace heddle
