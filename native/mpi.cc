#include "mpi.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "mpi_library.h"
#include "mpi_peers.h"
#include "old_glibc.h"
#include "system/clock.h"

HEDDLE_OLD(pthread_create);
HEDDLE_OLD(pthread_detach);

namespace heddle {
namespace {

// Seconds between signs of life, between looks at those of others, and until a start is given up.
constexpr double pulse = 1, listen = 0.2, start_patience = 60;

void nap(double seconds) {
  const timespec t = {0, long(seconds * 1e9)};
  nanosleep(&t, nullptr);
}

// By the clock of the wall: waiting by the steady one asks more of glibc than Node does.
auto in(double seconds) { return std::chrono::system_clock::now() + std::chrono::microseconds(int64_t(seconds * 1e6)); }

// An error of the library. In MPICH 5 the call that failed returns 0 all the same: this alone says so.
std::atomic<int> failure{0};
void note_failure(void*, int* code, ...) { failure = *code ? *code : -1; }
void team_check(int code, const char* what);

class Team {
 public:
  Joined join(const std::vector<std::string>& names);
  void begin(Exchange exchange);
  bool wait(double seconds);
  void leave();
  [[noreturn]] void abort(int code);
  void check(int code, const char* what);

  int process = 0, processes = 1;
  std::vector<std::string> hosts;
  std::atomic<int> wish{0}, wished{0};
  std::atomic<uint64_t> bytes{0};

 private:
  void run(const std::vector<std::string>& names);
  void initialize(const std::vector<std::string>& names);
  void start_exchange();
  bool exchange_done();
  void listen_to_peers();
  void say_farewell();
  [[noreturn]] void end(int code);
  std::string name_of(int peer) const;

  MpiLibrary mpi_;
  Handle work_ = 0, life_ = 0;  // communicators
  Peers peers_;
  double told_ = 0, listened_ = 0;
  pid_t parent_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  Joined joined_;
  Exchange exchange_;
  std::vector<Handle> requests_;
  bool ready_ = false, has_work_ = false, started_ = false, leaving_ = false, left_ = false;
  std::atomic<int> aborting_{-1};
};

std::string Team::name_of(int peer) const {
  const std::string host = size_t(peer) < hosts.size() ? " on " + hosts[size_t(peer)] : "";
  return "process " + std::to_string(peer) + host;
}

// The end of all processes. Where the launcher cannot be reached any more, at least of this one.
void Team::end(int code) {
  signal(SIGALRM, SIG_DFL);
  alarm(2);
  fflush(nullptr);
  if (mpi_.Abort && ready_) mpi_.Abort(mpi_.world, code);
  _exit(code);
}

void Team::check(int code, const char* what) {
  if (code == 0 && failure == 0) return;
  fprintf(stderr, "heddle: %s: MPI failed at %s (error %d)\n", name_of(process).c_str(), what,
          code ? code : failure.load());
  end(1);
}

void Team::initialize(const std::vector<std::string>& names) {
  bool found = false;
  for (const std::string& name : names) {
    std::string reason;
    found = mpi_.open(name.c_str(), reason);
    if (found) break;
    joined_.error += (joined_.error.empty() ? "" : "; ") + reason;
  }
  if (!found) return;
  joined_.error = "";
  int level = 0;
  mpi_.Init_thread(nullptr, nullptr, mpi_.funneled, &level);
  mpi_.Comm_rank(mpi_.world, &process);
  mpi_.Comm_size(mpi_.world, &processes);
  joined_ = {process, processes, mpi_.version(), level < mpi_.funneled ? "the library was built without threads" : ""};
  Handle handler = 0;
  mpi_.Comm_create_errhandler(note_failure, &handler);
  mpi_.Comm_set_errhandler(mpi_.world, handler);
  for (Handle* of : {&work_, &life_}) {
    check(mpi_.Comm_dup(mpi_.world, of), "start");
    mpi_.Comm_set_errhandler(*of, handler);
  }
  peers_.open(&mpi_, life_, process, processes, [](int code) { team_check(code, "a sign of life"); });
}

Joined Team::join(const std::vector<std::string>& names) {
  parent_ = getppid();
  struct Start {
    Team* team;
    std::vector<std::string> names;
  };
  const auto enter = [](void* given) -> void* {
    const std::unique_ptr<Start> start(static_cast<Start*>(given));
    start->team->run(start->names);
    return nullptr;
  };
  pthread_t thread;
  if (pthread_create(&thread, nullptr, enter, new Start{this, names}) != 0)
    return {0, 1, "", "no thread can be started"};
  pthread_detach(thread);
  std::unique_lock lock(mutex_);
  if (!changed_.wait_until(lock, in(start_patience), [&] { return ready_; })) {
    fprintf(stderr, "heddle: MPI_Init has not come back for %.0f s: another process ended before it, or never began\n",
            start_patience);
    _exit(1);
  }
  return joined_;
}

void Team::start_exchange() {
  requests_.assign(exchange_.gathers.size() + (exchange_.lowest ? 1 : 0), 0);
  size_t i = 0;
  for (const Gather& g : exchange_.gathers) {
    check(mpi_.Iallgatherv(mpi_.in_place_buffer(), 0, mpi_.word, g.at, g.counts.data(), g.places.data(), mpi_.word,
                           work_, &requests_[i++]),
          "an exchange");
    for (int p = 0; p < processes; p++)
      if (p != process) bytes += uint64_t(g.counts[size_t(p)]) * 4;
  }
  if (exchange_.lowest)
    check(mpi_.Iallreduce(mpi_.in_place_buffer(), exchange_.lowest, 2, mpi_.number, mpi_.minimum, work_, &requests_[i]),
          "an exchange");
}

bool Team::exchange_done() {
  while (!requests_.empty()) {
    int done = 0;
    check(mpi_.Test(&requests_.back(), &done, mpi_.status_ignore), "an exchange");
    if (!done) return false;
    requests_.pop_back();
  }
  return true;
}

void Team::listen_to_peers() {
  if (getppid() != parent_) end(1);
  const int silent = peers_.listen();
  if (const int signal = peers_.wished()) wished = signal;
  if (silent < 0) return;
  // The first process speaks for all; the others do where they are not ended by it.
  if (process != 0 && silent != 0) nap(0.5);
  fprintf(stderr,
          "heddle: no sign of life from %s for %.0f s: %s ends the run. Its last checkpoint stays (--resume).\n",
          name_of(silent).c_str(), most_silence, name_of(process).c_str());
  end(1);
}

// Finalize waits for nobody in a useful way: all say that they go, and hear it of all.
void Team::say_farewell() {
  while (!peers_.parted()) {
    peers_.tell(wish, true);
    listen_to_peers();
    nap(100e-6);
  }
  mpi_.Finalize();
}

void Team::run(const std::vector<std::string>& names) {
  initialize(names);
  std::unique_lock lock(mutex_);
  ready_ = true;
  changed_.notify_all();
  if (!joined_.error.empty()) return;
  double since = 0;
  for (;;) {
    if (aborting_ >= 0) end(aborting_);
    if (has_work_ && !started_) {
      start_exchange();
      started_ = true;
      since = steady_seconds();
    }
    if (started_ && exchange_done()) {
      started_ = has_work_ = false;
      changed_.notify_all();
    }
    const double t = steady_seconds();
    if (t - listened_ > listen) {
      listen_to_peers();
      listened_ = t;
    }
    if (t - told_ > pulse || (wish && t - told_ > listen)) {
      peers_.tell(wish, false);
      told_ = t;
    }
    if (leaving_) break;
    if (!started_) {
      changed_.wait_until(lock, in(0.02));
      continue;
    }
    lock.unlock();
    const double waited = t - since;
    if (waited < 1e-3)
      sched_yield();
    else
      nap(waited < 0.1 ? 20e-6 : 500e-6);
    lock.lock();
  }
  say_farewell();
  left_ = true;
  changed_.notify_all();
}

void Team::begin(Exchange exchange) {
  const std::lock_guard lock(mutex_);
  exchange_ = std::move(exchange);
  has_work_ = true;
  changed_.notify_all();
}

bool Team::wait(double seconds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, in(seconds), [&] { return !has_work_; });
}

void Team::leave() {
  std::unique_lock lock(mutex_);
  leaving_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return left_; });
}

// The thread that called MPI_Init ends it; where that one hangs, the process ends alone.
void Team::abort(int code) {
  aborting_ = code;
  for (int i = 0; i < 30; i++) nap(0.1);
  _exit(code);
}

// Lives as long as the process: its thread may run until the very end.
Team& team() {
  static Team& only = *new Team;
  return only;
}

void team_check(int code, const char* what) { team().check(code, what); }

}  // namespace

Joined mpi_join(const std::vector<std::string>& names) { return team().join(names); }
int mpi_processes() { return team().processes; }
int mpi_process() { return team().process; }
void mpi_hosts(std::vector<std::string> hosts) { team().hosts = std::move(hosts); }
void mpi_begin(Exchange exchange) { team().begin(std::move(exchange)); }
bool mpi_wait(double seconds) { return team().wait(seconds); }
uint64_t mpi_bytes() { return team().bytes; }
void mpi_count(uint64_t bytes) { team().bytes += bytes; }
void mpi_wish(int signal) { team().wish = signal; }
int mpi_wished() { return team().wished; }
void mpi_leave() { team().leave(); }
void mpi_abort(int code) { team().abort(code); }

}  // namespace heddle
