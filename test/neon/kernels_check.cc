// Every kernel and the matrix products, at sizes around the edges of vectors, tiles, panels and blocks, on every
// instruction set of this machine: within a tolerance of `generic`, and a line with the hash of the bits, which
// run.mjs compares between machines. An operation without a `<function>_cases` here does not compile.
#include "augment_cases.h"
#include "batch_norm_cases.h"
#include "data.h"
#include "noise_cases.h"
#include "pool_cases.h"

namespace heddle {
namespace {

// The samples of places cursor …: a shuffled-looking order, labels below `classes`.
struct Samples {
  Buffer<uint32_t> order;
  Buffer<uint16_t> labels;
  Samples(Random& random, int64_t places, int64_t samples, int64_t classes) : order(places), labels(samples) {
    for (int64_t i = 0; i < places; i++) order[i] = uint32_t(random.below(samples));
    for (int64_t i = 0; i < samples; i++) labels[i] = uint16_t(random.below(classes));
  }
};

template <class T> void gather_cases() {
  for (const int64_t pixels : {1, 7, 8, 9, 15, 16, 17, 64, 75, 784})
    for (const int per_image : {0, 1})
      check<T>("gather pixels=" + to_string(pixels) + (per_image ? " per image" : " affine"), {32, false},
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 constexpr int64_t samples = 5, rows = 4;
                 const int64_t ld = padded<T>(pixels);
                 Buffer<uint8_t> images(samples * pixels);
                 // The last image is one grey: its spread is 0.
                 for (int64_t i = 0; i < images.size(); i++)
                   images[i] = i < (samples - 1) * pixels ? uint8_t(random.below(256)) : 77;
                 Step step = shard(rows);
                 step.cursor = 3;
                 Samples s(random, step.cursor + step.chunk, samples, 2);
                 s.order[step.cursor + 1] = samples - 1;
                 Buffer<T> scale = random_numbers<T>(random, pixels, 0x1p-8), shift = random_numbers<T>(random, pixels);
                 Buffer<T> x(step.chunk * ld, T(1));
                 call<T>(table, kernel_gather, step, x, ld, images, s.order, scale, shift, pixels, per_image);
                 result.take(x);
               });
}

struct Shape {
  int64_t rows, k, n;
};
// Around the tiles (4, 6, 8 rows), vectors (8, 16), panels (24, 48) and blocks of rows of a panel (512).
constexpr Shape dense_shapes[] = {{1, 1, 1},    {3, 7, 10},   {4, 16, 15},  {5, 17, 16},  {6, 64, 17},  {7, 33, 24},
                                  {8, 9, 25},   {9, 48, 33},  {12, 49, 47}, {13, 23, 48}, {17, 31, 49}, {2, 97, 96},
                                  {24, 65, 97}, {25, 8, 145}, {5, 511, 17}, {3, 513, 50}, {2, 1030, 8}};

std::string text(const Shape& s) {
  return "rows=" + to_string(s.rows) + " k=" + to_string(s.k) + " n=" + to_string(s.n);
}

template <class T> void dense_cases() {
  for (const Shape& s : dense_shapes)
    for (int f = 0; f < function_count; f++)
      for (const bool bias : {false, true})
        check<T>("dense " + text(s) + " " + functions[f].name + (bias ? " bias" : ""), sum_of(s.k),
                 [=](const KernelTable& table, Random& random, Result<T>& result) {
                   const Step step = shard(s.rows);
                   const int64_t ldx = s.k + 3, ldy = padded<T>(s.n) + lanes<T>;
                   Buffer<T> x = random_numbers<T>(random, step.chunk * ldx), w = random_panels<T>(random, s.k, s.n);
                   Buffer<T> b = random_rows<T>(random, 1, s.n, padded<T>(s.n)), y(step.chunk * ldy, T(3));
                   call<T>(table, kernel_dense, step, x, ldx, w, bias ? b.data() : nullptr, y, ldy, s.k, s.n, f, slope);
                   result.take(y);
                 });
}

template <class T> void dense_input_gradient_cases() {
  for (const Shape& s : dense_shapes)
    for (int f = -1; f < function_count; f++)
      check<T>("denseInputGradient " + text(s) + " " + (f < 0 ? "nothing below" : functions[f].name), sum_of(s.n),
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(s.rows);
                 const int64_t lddy = padded<T>(s.n), ld = padded<T>(s.k);
                 Buffer<T> dy = random_rows<T>(random, step.chunk, s.n, lddy), wt = random_panels<T>(random, s.n, s.k);
                 Buffer<T> y = random_rows<T>(random, step.chunk, s.k, ld), dx(step.chunk * ld, T(3));
                 call<T>(table, kernel_dense_input_gradient, step, dy, lddy, wt, dx, ld, f < 0 ? nullptr : y.data(), ld,
                         s.k, s.n, f < 0 ? 0 : f, slope);
                 result.take(dx);
               });
}

// Which part of a minibatch a chunk is: the only one, or the first or last of several, which share the gradient g.
struct Part {
  const char* name;
  bool start, finish, stored;
};
constexpr Part parts[] = {{"whole", true, true, false}, {"first", true, false, true}, {"last", false, true, true}};

template <class T> void dense_update_cases() {
  for (const Shape& s : dense_shapes)
    for (int o = 0; o < optimizer_count; o++)
      for (const Part& part : parts)
        for (const bool transposed : {false, true})
          check<T>(
              "denseUpdate " + text(s) + " " + optimizers[o].name + " " + part.name + (transposed ? " transposed" : ""),
              sum_of(s.rows), [=](const KernelTable& table, Random& random, Result<T>& result) {
                Step step = shard(s.rows);
                step.start = part.start;
                step.finish = part.finish;
                step.hyper = optimizers[o].hyper;
                const int64_t ldx = s.k + 1, lddy = padded<T>(s.n);
                const int64_t units =
                    (s.k + lanes<T> - 1) / lanes<T> * ((padded<T>(s.n) / lanes<T> + panel_vectors - 1) / panel_vectors);
                Buffer<T> x = random_numbers<T>(random, step.chunk * ldx),
                          dy = random_rows<T>(random, step.chunk, s.n, lddy);
                Buffer<T> w = random_panels<T>(random, s.k, s.n), wt(s.n * padded<T>(s.k), T(3));
                Buffer<T> g = random_panels<T>(random, s.k, s.n), m = random_panels<T>(random, s.k, s.n);
                // Adam's t holds squares. (The padding is 0 / (0 + epsilon).)
                Buffer<T> v = random_panels<T>(random, s.k, s.n, true),
                          workspace(step.chunk * panel_vectors * lanes<T>);
                // Two owners, one after the other.
                const int64_t cuts[] = {0, units / 3, units};
                for (int i = 0; i < 2; i++)
                  call<T>(table, kernel_dense_update, step, x, ldx, dy, lddy, w, transposed ? wt.data() : nullptr,
                          part.stored ? g.data() : nullptr, optimizers[o].s ? m.data() : nullptr,
                          optimizers[o].t ? v.data() : nullptr, workspace, s.k, s.n, cuts[i], cuts[i + 1], o);
                for (Buffer<T>* out : {&w, &wt, &g, &m, &v}) result.take(*out);
                result.intact = result.intact && workspace.intact();
              });
}

template <class T> void dense_copy_update_cases() {
  for (const Shape& s : dense_shapes)
    check<T>("denseCopyUpdate " + text(s), 0, [=](const KernelTable& table, Random& random, Result<T>& result) {
      const int64_t units =
          (s.k + lanes<T> - 1) / lanes<T> * ((padded<T>(s.n) / lanes<T> + panel_vectors - 1) / panel_vectors);
      Buffer<T> w = random_panels<T>(random, s.k, s.n), wt(s.n * padded<T>(s.k), T(3));
      const int64_t cuts[] = {0, units / 3, units};
      for (int i = 0; i < 2; i++)
        call<T>(table, kernel_dense_copy_update, shard(0), w, wt, s.k, s.n, cuts[i], cuts[i + 1]);
      result.take(wt);
    });
}

template <class T> void bias_update_cases() {
  for (const int64_t rows : {1, 5, 64})
    for (const int64_t n : {1, 16, 17, 49})
      for (int o = 0; o < optimizer_count; o++)
        for (const Part& part : parts)
          check<T>(
              "biasUpdate rows=" + to_string(rows) + " n=" + to_string(n) + " " + optimizers[o].name + " " + part.name,
              sum_of(rows), [=](const KernelTable& table, Random& random, Result<T>& result) {
                Step step = shard(rows);
                step.start = part.start;
                step.finish = part.finish;
                step.hyper = optimizers[o].hyper;
                const int64_t ld = padded<T>(n);
                Buffer<T> dy = random_rows<T>(random, step.chunk, n, ld), b = random_rows<T>(random, 1, n, ld),
                          g = random_rows<T>(random, 1, n, ld);
                Buffer<T> m = random_rows<T>(random, 1, n, ld), v = random_rows<T>(random, 1, n, ld);
                for (int64_t i = 0; i < ld; i++) v[i] = T(fabs(double(v[i])));
                call<T>(table, kernel_bias_update, step, dy, ld, b, part.stored ? g.data() : nullptr,
                        optimizers[o].s ? m.data() : nullptr, optimizers[o].t ? v.data() : nullptr, int64_t(0),
                        ld / lanes<T>, o);
                for (Buffer<T>* out : {&b, &g, &m, &v}) result.take(*out);
              });
}

// Where exp and tanh change: zero, tiny, the edges of the reduction by ln 2, saturation, overflow, what is no number.
// Not here: arguments whose exponential lies at the denormal border, -87.34 in float, -708.4 in double.
template <class T> std::vector<T> extremes() {
  std::vector<T> list = {T(0), T(-0.0), std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(),
                         std::numeric_limits<T>::quiet_NaN()};
  for (const double x :
       {1e-30, 1e-10, 1e-4,  0.1,   0.34657, 0.34658, 0.5,   0.69314, 0.69315, 1.0,   1.0397, 2.0,  5.0,  9.9,
        10.0,  10.1,  19.9,  20.0,  20.1,    37.0,    80.0,  86.0,    88.0,    88.7,  88.8,   89.0, 90.0, 103.0,
        104.0, 105.0, 700.0, 707.0, 709.0,   709.7,   709.8, 710.0,   745.0,   746.0, 750.0,  1e4,  1e30})
    for (const double sign : {1.0, -1.0}) list.push_back(T(sign * x));
  while (int64_t(list.size()) % lanes<T>) list.push_back(T(1));
  return list;
}

template <class T> void activation_cases() {
  for (int f = 0; f < function_count; f++) {
    for (const double range : {0.01, 1.0, 30.0, 85.0})
      check<T>(std::string("activation ") + functions[f].name + " within " + to_string(range), elementwise,
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(7);
                 const int64_t n = 5 * lanes<T>, ld = n + lanes<T>;
                 Buffer<T> x = random_numbers<T>(random, step.chunk * ld, range), y(step.chunk * ld, T(3));
                 call<T>(table, kernel_activation, step, x, ld, y, ld, n, f, slope);
                 result.take(y);
               });
    check<T>(std::string("activation ") + functions[f].name + " extremes", elementwise,
             [=](const KernelTable& table, Random&, Result<T>& result) {
               const std::vector<T> list = extremes<T>();
               const int64_t n = int64_t(list.size());
               const Step step = shard(1);
               Buffer<T> x(step.chunk * n), y(step.chunk * n, T(3));
               memcpy(x.data() + n, list.data(), list.size() * sizeof(T));
               call<T>(table, kernel_activation, step, x, n, y, n, n, f, slope);
               result.take(y);
             });
  }
}

template <class T> void activation_backward_cases() {
  for (int f = 0; f < function_count; f++)
    for (const bool extreme : {false, true})
      check<T>(std::string("activationBackward ") + functions[f].name + (extreme ? " extremes" : ""), {32, false},
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const std::vector<T> list = extremes<T>();
                 const int64_t n = int64_t(list.size());
                 const Step step = shard(3);
                 Buffer<T> dy = random_numbers<T>(random, step.chunk * n),
                           y = random_numbers<T>(random, step.chunk * n), dx(step.chunk * n, T(3));
                 if (extreme) memcpy(y.data() + n, list.data(), list.size() * sizeof(T));
                 call<T>(table, kernel_activation_backward, step, dy, n, y, n, dx, n, n, f, slope);
                 result.take(dx);
               });
}

// Logits: ordinary; far apart, so that exponentials vanish; equal ones; one row with a NaN and one with an infinity.
constexpr const char* logit_kinds[] = {"ordinary", "far", "ties", "not finite"};
template <class T> Buffer<T> logits(Random& random, int64_t rows, int64_t classes, int64_t ld, int kind) {
  Buffer<T> z = random_rows<T>(random, rows, classes, ld);
  for (int64_t i = 0; i < z.size(); i++) z[i] = kind == 2 ? T(int(double(z[i]) * 3)) : z[i] * T(kind == 1 ? 120 : 6);
  if (kind == 3) {
    z[2 * ld + classes / 2] = std::numeric_limits<T>::quiet_NaN();
    z[3 * ld + classes - 1] = std::numeric_limits<T>::infinity();
  }
  return z;
}
constexpr int64_t class_counts[] = {1, 2, 8, 10, 16, 17, 33, 100};

template <class T> void loss_cases(const char* name, KernelIndex kernel) {
  for (const int64_t classes : class_counts)
    for (int kind = 0; kind < 4; kind++)
      for (const bool plain : {true, false})
        check<T>(std::string(name) + " classes=" + to_string(classes) + " " + logit_kinds[kind] +
                     (plain ? "" : " smoothed weighted"),
                 sum_of(classes), [=](const KernelTable& table, Random& random, Result<T>& result) {
                   Step step = shard(6);
                   step.cursor = 2;
                   const int64_t ld = padded<T>(classes);
                   Buffer<T> z = logits<T>(random, step.chunk, classes, ld, kind), dz(step.chunk * ld, T(3));
                   Samples s(random, step.cursor + step.chunk, 20, classes);
                   Buffer<double> weights(classes), loss(step.chunk, 3), correct(step.chunk, 3);
                   for (int64_t i = 0; i < classes; i++) weights[i] = 1.5 + random.real();
                   Buffer<int32_t> flag(1);
                   call<T>(table, kernel, step, z, ld, dz, ld, s.labels, s.order, plain ? nullptr : weights.data(),
                           (const uint32_t*)nullptr, (const double*)nullptr, loss, (double*)nullptr, correct, flag, classes, plain ? 0.0 : 0.1, 0.5, int64_t(0));
                   result.take(dz);
                   result.take(loss);
                   result.take(correct);
                   result.take(flag);
                 });
}
template <class T> void softmax_cross_entropy_cases() {
  loss_cases<T>("softmaxCrossEntropy", kernel_softmax_cross_entropy);
}
template <class T> void squared_error_cases() { loss_cases<T>("squaredError", kernel_squared_error); }

template <class T> void predict_cases() {
  for (const int64_t classes : class_counts)
    for (int kind = 0; kind < 4; kind++)
      for (const bool kept : {false, true})
        check<T>("predict classes=" + to_string(classes) + " " + logit_kinds[kind] + (kept ? " kept" : ""),
                 sum_of(classes), [=](const KernelTable& table, Random& random, Result<T>& result) {
                   Step step = shard(6);
                   step.cursor = 2;
                   const int64_t ld = padded<T>(classes), places = step.cursor + step.chunk;
                   Buffer<T> z = logits<T>(random, step.chunk, classes, ld, kind), p(step.chunk * ld, T(3));
                   Buffer<T> own(places * classes, 3), probabilities(places * classes, 3);
                   Buffer<int32_t> predicted(places, 3);
                   call<T>(table, kernel_predict, step, z, ld, p, ld, predicted, kept ? own.data() : nullptr,
                           kept ? probabilities.data() : nullptr, classes);
                   result.take(p);
                   result.take(predicted);
                   result.take(own);
                   result.take(probabilities);
                 });
}

template <class T> void sum_loss_cases() {
  for (const int64_t rows : {0, 1, 100})
    for (const bool start : {false, true})
      check<T>("sumLoss rows=" + to_string(rows) + (start ? " start" : ""), elementwise,
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 Step step = shard(rows);
                 step.start = start;
                 Buffer<double> loss = random_numbers<double>(random, step.chunk), correct(step.chunk, 1),
                                totals = random_numbers<double>(random, 4);
                 call<T>(table, kernel_sum_loss, step, loss, (double*)nullptr, correct, totals);
                 result.take(totals);
               });
}

#include "conv_cases.h"
#include "winograd_cases.h"

void run(const KernelTable& table, const GemmArguments<float>& g) { table.sgemm(g); }
void run(const KernelTable& table, const GemmArguments<double>& g) { table.dgemm(g); }

// One product. alpha, beta, bias and function go round with `turn`.
template <class T> void gemm_case(int64_t m, int64_t n, int64_t k, bool ta, bool tb, int turn) {
  struct Factors {
    double alpha, beta;
  };
  constexpr Factors factors[] = {{1, 0}, {1, 1}, {0.7, 1.3}, {-1, 0}, {1, 0.5}, {0, 0.5}, {0, 0}};
  const Factors f = factors[turn % 7];
  const int function = turn % 3 ? 0 : turn / 3 % function_count;
  const bool bias = turn % 4 == 1;
  char label[160];
  snprintf(label, sizeof label, "gemm %c%c m=%d n=%d k=%d alpha=%g beta=%g %s%s", ta ? 'T' : 'N', tb ? 'T' : 'N',
           int(m), int(n), int(k), f.alpha, f.beta, functions[function].name, bias ? " bias" : "");
  check<T>(label, sum_of(k), [=](const KernelTable& table, Random& random, Result<T>& result) {
    const int64_t lda = (ta ? m : k) + turn % 3, ldb = (tb ? k : n) + turn % 5, ldc = n + turn % 2;
    // Exactly what is there: the last row ends at its last number.
    const auto area = [](int64_t rows, int64_t ld, int64_t columns) {
      return rows && columns ? (rows - 1) * ld + columns : 0;
    };
    Buffer<T> a = random_numbers<T>(random, ta ? area(k, lda, m) : area(m, lda, k));
    Buffer<T> b = random_numbers<T>(random, tb ? area(n, ldb, k) : area(k, ldb, n));
    Buffer<T> c = random_numbers<T>(random, area(m, ldc, n)), add = random_numbers<T>(random, n);
    const T nan = std::numeric_limits<T>::quiet_NaN();
    // What BLAS forbids to read: A and B where alpha is 0, C where beta is 0.
    if (f.alpha == 0)
      for (Buffer<T>* x : {&a, &b})
        for (int64_t i = 0; i < x->size(); i++) (*x)[i] = nan;
    const std::vector<T> before(c.data(), c.data() + c.size());
    if (f.beta == 0)
      for (int64_t r = 0; r < m; r++)
        for (int64_t j = 0; j < n; j++) c[r * ldc + j] = nan;
    alignas(64) static uint8_t workspace[gemm_workspace_bytes];
    run(table, {ta, tb, m, n, k, T(f.alpha), a.data(), lda, b.data(), ldb, T(f.beta), c.data(), ldc,
                bias ? add.data() : nullptr, Activation(function), T(slope), workspace});
    // Between the rows of C nothing may change; that generic writes there too would not excuse it.
    for (int64_t i = 0; i < c.size(); i++)
      if (i % ldc >= n && c[i] != before[size_t(i)]) result.intact = false;
    result.take(c);
  });
}

template <class T> void gemm_cases() {
  int turn = 0;
  for (const int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 17})
    for (const int64_t n : {1, 7, 8, 9, 15, 16, 17, 24, 25, 47, 48, 49, 97})
      for (const int64_t k : {0, 1, 2, 7, 17, 33})
        for (int t = 0; t < 4; t++) gemm_case<T>(m, n, k, t & 1, t & 2, turn++);
  // Few rows in strips of 8 vectors; blocks of m (192), n (8 panels) and k (512).
  constexpr Shape large[] = {{1, 1, 300},  {1, 40, 300},  {2, 40, 150},   {3, 40, 129}, {4, 40, 131}, {191, 9, 17},
                             {193, 9, 49}, {385, 5, 50},  {7, 20, 383},   {9, 20, 385}, {5, 9, 777},  {7, 511, 17},
                             {9, 513, 49}, {3, 1030, 33}, {193, 514, 25}, {194, 3, 385}};
  for (const Shape& s : large)
    for (int t = 0; t < 4; t++) gemm_case<T>(s.rows, s.n, s.k, t & 1, t & 2, turn++);
}

template <class T> void all_cases() {
#define HEDDLE_KERNEL(name, function, words) function##_cases<T>();
#include "generated/kernels.inc"
#undef HEDDLE_KERNEL
  gemm_cases<T>();
}

}  // namespace
}  // namespace heddle

int main() {
  heddle::all_cases<float>();
  heddle::all_cases<double>();
  return heddle::failures > 0 ? 1 : 0;
}
