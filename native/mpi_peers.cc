#include "mpi_peers.h"

#include "system/clock.h"

namespace heddle {
namespace {
constexpr int tag = 7;
}

void Peers::open(const MpiLibrary* mpi, Handle communicator, int process, int processes, void (*check)(int)) {
  mpi_ = mpi, communicator_ = communicator, process_ = process, check_ = check;
  peers_.resize(size_t(processes));
  for (int p = 0; p < processes; p++) {
    peers_[size_t(p)].last = steady_seconds();
    if (p != process_) receive(p);
  }
}

void Peers::receive(int p) {
  Peer& peer = peers_[size_t(p)];
  check_(mpi_->Irecv(peer.heard, 2, mpi_->number, p, tag, communicator_, &peer.receiving));
}

// One that has not taken the last word yet gets no other.
void Peers::tell(int wish, bool leaving) {
  for (int p = 0; p < int(peers_.size()); p++) {
    Peer& peer = peers_[size_t(p)];
    if (p == process_) continue;
    int sent = 1;
    if (peer.sends) check_(mpi_->Test(&peer.sending, &sent, mpi_->status_ignore));
    peer.sends = !sent;
    if (peer.sends || peer.said[1]) continue;
    peer.said[0] = wish;
    peer.said[1] = leaving;
    check_(mpi_->Isend(peer.said, 2, mpi_->number, p, tag, communicator_, &peer.sending));
    peer.sends = true;
  }
}

int Peers::listen() {
  const double now = steady_seconds();
  // Who was stopped itself (a suspended job that goes on) has no right to wonder.
  const bool slept = listened_ > 0 && now - listened_ > most_silence / 4;
  listened_ = now;
  int silent = -1;
  for (int p = 0; p < int(peers_.size()); p++) {
    Peer& peer = peers_[size_t(p)];
    if (p == process_ || peer.gone) continue;
    int heard = 0;
    check_(mpi_->Test(&peer.receiving, &heard, mpi_->status_ignore));
    if (heard || slept) peer.last = now;
    if (heard && peer.heard[0]) wished_ = peer.heard[0];
    peer.gone = heard && peer.heard[1];
    if (heard && !peer.gone) receive(p);
    if (silent < 0 && !peer.gone && now - peer.last > most_silence) silent = p;
  }
  return silent;
}

bool Peers::parted() const {
  for (int p = 0; p < int(peers_.size()); p++) {
    const Peer& peer = peers_[size_t(p)];
    if (p != process_ && !(peer.gone && peer.said[1] && !peer.sends)) return false;
  }
  return true;
}

}  // namespace heddle
