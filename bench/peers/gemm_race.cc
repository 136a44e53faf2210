// Races the GEMM of several libraries on one core, interleaved, in the shapes of real nets. Each library is loaded by
// dlopen, so that none is linked to anything.
//
//   gemm_race SECONDS NAME=LIBRARY …    e.g. heddle=native/build/Release/libheddle_blas.so openblas=libopenblas.so.0
//
// A library exports sgemm_/dgemm_ (Fortran) or dnnl_sgemm (row-major). Prints JSON: GFLOP/s, best of all calls.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <string>
#include <vector>

template <class T> using Fortran = void (*)(const char*, const char*, const int*, const int*, const int*, const T*,
                                            const T*, const int*, const T*, const int*, const T*, T*, const int*);
using Dnnl = int (*)(char, char, int64_t, int64_t, int64_t, float, const float*, int64_t, const float*, int64_t, float,
                     float*, int64_t);

struct Library {
  std::string name;
  Fortran<float> sgemm = nullptr;
  Fortran<double> dgemm = nullptr;
  Dnnl dnnl = nullptr;
};

// m x n x k, row-major; A or B transposed in memory.
struct Shape {
  int m, n, k;
  bool ta, tb;
  bool both;  // in double as well
};

static const Shape shapes[] = {
    {1024, 1024, 1024, false, false, true}, {64, 999, 784, false, false, true},   {784, 999, 64, true, false, false},
    {64, 299, 999, false, false, false},    {64, 999, 299, false, true, false},   {4, 999, 784, false, false, false},
    {32, 999, 784, false, false, false},    {64, 32, 64, false, false, false},    {24, 784, 75, false, false, false},
    {48, 144, 216, false, false, false},    {64, 1024, 576, false, false, false}, {256, 64, 2304, false, false, false},
    {64, 576, 1024, false, true, false},
};

static double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

template <class T> static T* numbers(size_t count) {
  T* p = static_cast<T*>(aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64));
  for (size_t i = 0; i < count; i++) p[i] = T((i * 7919 % 1000) / 1000.0 - 0.5);
  return p;
}

template <class T> struct Race {
  const Shape& s;
  T *a = numbers<T>(size_t(s.m) * s.k), *b = numbers<T>(size_t(s.k) * s.n), *c = numbers<T>(size_t(s.m) * s.n);
  ~Race() { free(a), free(b), free(c); }

  bool call(const Library& library) const {
    const int lda = s.ta ? s.m : s.k, ldb = s.tb ? s.k : s.n;
    const T one = 1, zero = 0;
    if constexpr (sizeof(T) == 4) {
      if (library.dnnl)
        return library.dnnl(s.ta ? 'T' : 'N', s.tb ? 'T' : 'N', s.m, s.n, s.k, 1, a, lda, b, ldb, 0, c, s.n) == 0;
    }
    Fortran<T> f;
    if constexpr (sizeof(T) == 4)
      f = library.sgemm;
    else
      f = library.dgemm;
    if (!f) return false;
    f(s.tb ? "T" : "N", s.ta ? "T" : "N", &s.n, &s.m, &s.k, &one, b, &ldb, a, &lda, &zero, c, &s.n);
    return true;
  }

  // Best GFLOP/s of each library; they take turns, so that a slow spell of the machine strikes all.
  std::vector<double> run(const std::vector<Library>& libraries, double seconds) const {
    std::vector<double> best(libraries.size(), 0);
    const double flops = 2.0 * s.m * s.n * s.k;
    const int calls = flops < 1e7 ? int(1e7 / flops) + 1 : 1;
    for (const double end = now() + seconds * double(libraries.size()); now() < end;) {
      for (size_t i = 0; i < libraries.size(); i++) {
        if (!call(libraries[i])) continue;  // the first call of a turn warms the caches
        for (int repeat = 0; repeat < 3; repeat++) {
          const double start = now();
          for (int q = 0; q < calls; q++) call(libraries[i]);
          const double rate = flops * calls / (now() - start) * 1e-9;
          if (rate > best[i]) best[i] = rate;
        }
      }
    }
    return best;
  }
};

int main(int count, char** arguments) {
  const double seconds = count > 1 ? atof(arguments[1]) : 0.3;
  std::vector<Library> libraries;
  for (int i = 2; i < count; i++) {
    const char* equals = strchr(arguments[i], '=');
    if (!equals) return fprintf(stderr, "expected NAME=LIBRARY, got %s\n", arguments[i]), 2;
    void* handle = dlopen(equals + 1, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return fprintf(stderr, "%s\n", dlerror()), 3;
    Library library;
    library.name = std::string(static_cast<const char*>(arguments[i]), equals);
    library.dnnl = reinterpret_cast<Dnnl>(dlsym(handle, "dnnl_sgemm"));
    library.sgemm = reinterpret_cast<Fortran<float>>(dlsym(handle, "sgemm_"));
    library.dgemm = reinterpret_cast<Fortran<double>>(dlsym(handle, "dgemm_"));
    libraries.push_back(library);
  }
  printf("[");
  const char* separator = "\n";
  const auto print = [&](const Shape& s, const char* type, const std::vector<double>& best) {
    printf("%s{\"type\":\"%s\",\"shape\":\"%dx%dx%d%s\"", separator, type, s.m, s.n, s.k,
           s.ta   ? " A^T"
           : s.tb ? " B^T"
                  : "");
    for (size_t i = 0; i < best.size(); i++)
      if (best[i] > 0) printf(",\"%s\":%.1f", libraries[i].name.c_str(), best[i]);
    printf("}");
    separator = ",\n";
    fflush(stdout);
  };
  for (const Shape& s : shapes) {
    print(s, "f32", Race<float>{s}.run(libraries, seconds));
    if (s.both) print(s, "f64", Race<double>{s}.run(libraries, seconds));
  }
  printf("\n]\n");
  return 0;
}
