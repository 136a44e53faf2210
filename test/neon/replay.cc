// Runs the programs of a file, as `programs.mjs` writes it, on every instruction set of this machine: a line for each
// with the hash of what it left in its outputs, which run.mjs compares between machines.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <string>
#include <vector>

#include "../../native/cpu.h"
#include "../../native/program.h"

namespace {

// FNV-1a of bytes (Fowler, Noll, Vo). One NaN: its sign and payload differ by machine.
struct Hash {
  uint64_t value = 0xcbf29ce484222325;
  void add(const void* bytes, size_t n) {
    for (size_t i = 0; i < n; i++) value = (value ^ static_cast<const uint8_t*>(bytes)[i]) * 0x100000001b3;
  }
  template <class T> void numbers(const uint8_t* bytes, size_t n) {
    for (size_t i = 0; i < n; i += sizeof(T)) {
      T x;
      memcpy(&x, bytes + i, sizeof x);
      if (x != x) x = T(0x1p100);
      add(&x, sizeof x);
    }
  }
};

struct Output {
  double offset, bytes, element;  // element: 4 or 8 of numbers, 1 of anything else
};
struct Record {
  std::string title;
  std::vector<double> program;
  std::vector<Output> outputs;
  std::vector<uint8_t> arena;
};

// A double before each part says how long it is.
template <class E> bool part(FILE* file, std::vector<E>& to) {
  double count;
  if (fread(&count, sizeof count, 1, file) != 1) return false;
  to.resize(size_t(count));
  return fread(to.data(), sizeof(E), to.size(), file) == to.size();
}
bool next(FILE* file, Record& record) {
  std::vector<char> title;
  if (!part(file, title)) return false;
  record.title.assign(title.begin(), title.end());
  return part(file, record.program) && part(file, record.outputs) && part(file, record.arena);
}

int failures = 0;

void replay(const Record& record, const heddle::KernelTable& table) {
  constexpr size_t line = 64;
  std::vector<uint8_t> room(record.arena.size() + line);
  uint8_t* const arena = room.data() + (line - uintptr_t(room.data()) % line) % line;
  memcpy(arena, record.arena.data(), record.arena.size());
  heddle::Program program;
  std::string error;
  if (!program.load(record.program.data(), record.program.size(), {arena, record.arena.size()}, {nullptr, 0}, table,
                    error)) {
    if (failures++ < 20) fprintf(stderr, "FAILED %s: %s\n", record.title.c_str(), error.c_str());
    return;
  }
  for (int status = 0; status >= 0;) status = program.run(size_t(status));
  Hash hash;
  for (const Output& output : record.outputs) {
    const uint8_t* from = arena + size_t(output.offset);
    const size_t bytes = size_t(output.bytes);
    if (output.element == 4)
      hash.numbers<float>(from, bytes);
    else if (output.element == 8)
      hash.numbers<double>(from, bytes);
    else
      hash.add(from, bytes);
  }
  printf("%s %s %016llx\n", table.isa, record.title.c_str(), static_cast<unsigned long long>(hash.value));
}

}  // namespace

int main(int count, char** words) {
  FILE* const file = count > 1 ? fopen(words[1], "rb") : nullptr;
  if (!file) return fprintf(stderr, "expected a file of programs\n"), 2;
  for (Record record; next(file, record);)
    for (const heddle::KernelTable* const* table = heddle::runnable_tables(); *table; table++) replay(record, **table);
  fclose(file);
  return failures > 0 ? 1 : 0;
}
