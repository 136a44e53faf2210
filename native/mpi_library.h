// An MPI library that is found at run time: its functions and constants behind one type, whichever of the three binary
// interfaces it has. A handle travels as uintptr_t: a pointer (Open MPI, MPI 5's standard) or an int in its low half.
#pragma once
#include <stdint.h>

#include <string>

namespace heddle {

using Handle = uintptr_t;

struct MpiLibrary {
  const char* interface = "";  // "Open MPI", "MPICH" or "MPI 5"
  // Levels of threads are numbered anew in the standard.
  int funneled = 1, in_place = -1;
  Handle world = 0, word = 0, number = 0, minimum = 0;  // MPI_COMM_WORLD, MPI_FLOAT, MPI_INT32_T, MPI_MIN
  void* status_ignore = nullptr;

  int (*Init_thread)(int*, char***, int, int*) = nullptr;
  int (*Comm_rank)(Handle, int*) = nullptr;
  int (*Comm_size)(Handle, int*) = nullptr;
  int (*Comm_dup)(Handle, Handle*) = nullptr;
  int (*Comm_create_errhandler)(void (*)(void*, int*, ...), Handle*) = nullptr;
  int (*Comm_set_errhandler)(Handle, Handle) = nullptr;
  int (*Iallgatherv)(const void*, int, Handle, void*, const int*, const int*, Handle, Handle, Handle*) = nullptr;
  int (*Iallreduce)(const void*, void*, int, Handle, Handle, Handle, Handle*) = nullptr;
  int (*Isend)(const void*, int, Handle, int, int, Handle, Handle*) = nullptr;
  int (*Irecv)(void*, int, Handle, int, int, Handle, Handle*) = nullptr;
  int (*Test)(Handle*, int*, void*) = nullptr;
  int (*Abort)(Handle, int) = nullptr;
  int (*Finalize)() = nullptr;
  int (*Get_library_version)(char*, int*) = nullptr;

  // Opens a library by name or path; false with the reason.
  bool open(const char* name, std::string& error);

  const void* in_place_buffer() const { return reinterpret_cast<const void*>(intptr_t(in_place)); }
  // Its own words, the first line: "Open MPI v4.1.4, …".
  std::string version() const;

 private:
  bool find_constants(void* library);
};

}  // namespace heddle
