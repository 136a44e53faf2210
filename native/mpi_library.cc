#include "mpi_library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <algorithm>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#endif

#include "old_glibc.h"

HEDDLE_OLD(dlopen);
HEDDLE_OLD(dlsym);
HEDDLE_OLD(dlerror);

namespace heddle {
namespace {

constexpr size_t longest_version = 8192;

// UCX, which many libraries bring along, takes SIGSEGV for its own, by which Node sees an access outside WebAssembly's
// memory; and it rewrites mmap and brk while Node's other threads are in them: the heap then ends before what lies in
// it (one start in forty, seen with MPICH 4.0 and 5.0). What the user has set stays.
void tame_ucx() {
  setenv("UCX_ERROR_SIGNALS", "", 0);
  setenv("UCX_DEBUG_SIGNO", "", 0);
  setenv("UCX_MEM_EVENTS", "n", 0);
}

// Containers may forbid to read another process's memory. UCX ends the process when it finds out, Open MPI says so
// again and again: they are told before. What the user has set stays.
void tame_reading() {
#if defined(__linux__)
  char word = 0, copy = 1;
  iovec here = {&copy, 1}, there = {&word, 1};
  if (syscall(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0) == 1) return;
  setenv("UCX_TLS", "^cma", 0);
  // MPICH 5 does not notice, and hands on what it has not read.
  setenv("MPIR_CVAR_CH4_CMA_ENABLE", "0", 0);
  setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
  setenv("OMPI_MCA_btl_sm_single_copy_mechanism", "none", 0);
#endif
}

}  // namespace

std::string MpiLibrary::version() const {
  std::vector<char> text(longest_version + 1);
  int length = 0;
  Get_library_version(text.data(), &length);
  std::string line = text.data();
  line = line.substr(0, line.find_first_of("\n,"));
  // MPICH puts tabs between words.
  for (char& c : line)
    if (c == '\t') c = ' ';
  line.erase(std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }), line.end());
  return line;
}

// Constants as each mpi.h has them. The standard's handles are small numbers, MPICH's 32-bit words with kind and size
// in them, Open MPI's addresses of what the library exports.
bool MpiLibrary::find_constants(void* library) {
  int major = -1, minor = -1;
  const auto abi = reinterpret_cast<int (*)(int*, int*)>(dlsym(library, "MPI_Abi_get_version"));
  // MPICH's own interface has the function too, and answers -1.
  if (abi && abi(&major, &minor) == 0 && major > 0) {
    interface = "MPI 5";
    funneled = 1024, in_place = 1;
    world = 0x101, word = 0x210, number = 0x250, minimum = 0x22;
  } else if (dlsym(library, "ompi_mpi_comm_world")) {
    interface = "Open MPI";
    in_place = 1;
    const auto address = [&](const char* name) { return reinterpret_cast<Handle>(dlsym(library, name)); };
    world = address("ompi_mpi_comm_world"), word = address("ompi_mpi_float");
    number = address("ompi_mpi_int32_t"), minimum = address("ompi_mpi_op_min");
  } else {
    interface = "MPICH";
    world = 0x44000000, word = 0x4c00040a, number = 0x4c000439, minimum = 0x58000002;
    status_ignore = reinterpret_cast<void*>(1);
  }
  return world && word && number && minimum;
}

bool MpiLibrary::open(const char* name, std::string& error) {
  tame_ucx();
  tame_reading();
  // Open MPI's plugins look for its symbols among all that are there.
  void* library = dlopen(name, RTLD_LAZY | RTLD_GLOBAL);
  if (!library) return error = dlerror(), false;
  const std::pair<const char*, void*> functions[] = {
      {"MPI_Init_thread", &Init_thread},
      {"MPI_Comm_rank", &Comm_rank},
      {"MPI_Comm_size", &Comm_size},
      {"MPI_Comm_dup", &Comm_dup},
      {"MPI_Comm_create_errhandler", &Comm_create_errhandler},
      {"MPI_Comm_set_errhandler", &Comm_set_errhandler},
      {"MPI_Iallgatherv", &Iallgatherv},
      {"MPI_Iallreduce", &Iallreduce},
      {"MPI_Isend", &Isend},
      {"MPI_Irecv", &Irecv},
      {"MPI_Test", &Test},
      {"MPI_Abort", &Abort},
      {"MPI_Finalize", &Finalize},
      {"MPI_Get_library_version", &Get_library_version},
  };
  for (const auto& [symbol, place] : functions) {
    void* found = dlsym(library, symbol);
    if (!found) return error = std::string(name) + " has no " + symbol, false;
    *static_cast<void**>(place) = found;
  }
  if (!find_constants(library)) return error = std::string(name) + " lacks constants that it should export", false;
  // The only one of its kind: handles are like nobody else's.
  if (version().find("HPE MPT") != std::string::npos) return error = "HPE MPT is not supported", false;
  return true;
}

}  // namespace heddle
