// The signs of life that processes give each other, and what they say with them.
#pragma once
#include <stdint.h>

#include <vector>

#include "mpi_library.h"

namespace heddle {

// Seconds. Who was not heard of for so long is taken for dead: with what it takes to notice, all processes are gone
// within 10 s of its last sign of life.
constexpr double most_silence = 8;

class Peers {
 public:
  // `check` sees what each call of MPI returns.
  void open(const MpiLibrary* mpi, Handle communicator, int process, int processes, void (*check)(int code));
  // Says to all that this process lives, a signal by which it wishes to stop (or 0), and whether it leaves.
  void tell(int wish, bool leaving);
  // Hears what has come. A process that was silent for too long, or -1.
  int listen();
  // The last signal that others wish to stop by; 0 where none does.
  int wished() const { return wished_; }
  // All have said that they leave, and know that this one does.
  bool parted() const;

 private:
  struct Peer {
    int32_t said[2] = {0, 0}, heard[2] = {0, 0};  // a wish to stop, and whether it leaves
    Handle sending = 0, receiving = 0;
    bool sends = false, gone = false;
    double last = 0;
  };
  void receive(int p);

  const MpiLibrary* mpi_ = nullptr;
  Handle communicator_ = 0;
  int process_ = 0, wished_ = 0;
  void (*check_)(int) = nullptr;
  std::vector<Peer> peers_;
  double listened_ = 0;
};

}  // namespace heddle
