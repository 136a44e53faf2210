// Cases of the convolution kernels: included by kernels_check.cc, whose helpers they use.
#pragma once

struct ConvShape {
  int64_t samples, height, width, channels, kernel_height, kernel_width, stride_height, stride_width, top, left, bottom,
      right, filters, pool;
  int64_t out_height() const { return (height + top + bottom - kernel_height) / stride_height + 1; }
  int64_t out_width() const { return (width + left + right - kernel_width) / stride_width + 1; }
  int64_t inputs() const { return height * width * channels; }
  int64_t outputs() const { return out_height() * out_width() * filters; }
  int64_t taps() const { return kernel_height * kernel_width; }
};
// Windows that fit and that do not, borders of every kind, around the edges of tiles (4, 6, 8), vectors and panels.
constexpr ConvShape conv_shapes[] = {
    {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0},   {3, 5, 4, 3, 5, 4, 1, 1, 0, 0, 0, 0, 17, 0},
    {2, 7, 7, 1, 3, 3, 1, 1, 0, 0, 0, 0, 32, 2},  {3, 9, 8, 3, 5, 5, 1, 1, 0, 0, 0, 0, 24, 2},
    {8, 6, 7, 8, 3, 3, 1, 1, 1, 1, 1, 1, 16, 0},  {3, 6, 7, 2, 3, 3, 1, 1, 1, 1, 1, 1, 50, 2},
    {8, 2, 2, 20, 3, 3, 1, 1, 1, 1, 1, 1, 20, 0}, {2, 8, 9, 5, 3, 2, 2, 2, 0, 0, 0, 0, 49, 0},
    {3, 7, 6, 9, 3, 3, 2, 3, 1, 0, 2, 1, 7, 0},   {5, 5, 5, 17, 1, 1, 2, 2, 0, 0, 0, 0, 33, 0},
    {4, 4, 5, 6, 5, 5, 1, 1, 2, 2, 2, 2, 6, 3},   {1, 3, 3, 2, 2, 2, 1, 1, 3, 0, 1, 4, 64, 0},
    {2, 9, 9, 2, 3, 3, 2, 1, 0, 1, 1, 1, 97, 2},  {5, 9, 7, 3, 3, 3, 1, 1, 1, 1, 1, 1, 16, 2},
    {5, 6, 7, 9, 3, 3, 1, 1, 0, 0, 0, 0, 32, 0},  {3, 8, 6, 1, 5, 5, 1, 1, 2, 2, 2, 2, 6, 0},
};

std::string text(const ConvShape& s) {
  std::string out;
  for (const int64_t n : {s.samples, s.height, s.width, s.channels, s.kernel_height, s.kernel_width, s.stride_height,
                          s.stride_width, s.top, s.left, s.bottom, s.right, s.filters, s.pool})
    out += (out.empty() ? "" : "x") + to_string(n);
  return out;
}

// Calls a kernel of a convolution: the arguments before the geometry, the geometry, those after.
template <class T, class... After> void call_conv(const KernelTable& table, KernelIndex kernel, const Step& step,
                                                  std::vector<Word> before, const ConvShape& s, After... after) {
  for (const int64_t n : {s.height, s.width, s.channels, s.kernel_height, s.kernel_width, s.stride_height,
                          s.stride_width, s.top, s.left, s.out_height(), s.out_width(), s.filters})
    before.push_back(word(n));
  (before.push_back(word(after)), ...);
  (sizeof(T) == 4 ? table.f32 : table.f64)[kernel](before.data(), step);
}

template <class T> void conv_cases() {
  for (const ConvShape& s : conv_shapes)
    for (int f = 0; f < function_count; f++)
      for (const bool nan : {false, true})
        check<T>("conv " + text(s) + " " + functions[f].name + (nan ? " NaN" : ""), sum_of(s.taps() * s.channels),
                 [=](const KernelTable& table, Random& random, Result<T>& result) {
                   const Step step = shard(s.samples);
                   const int64_t window = s.pool ? s.pool : 1,
                                 n = s.out_height() / window * (s.out_width() / window) * s.filters;
                   const int64_t ldx = s.inputs() + 1, ldy = n + 3, ldw = n + 2;
                   Buffer<T> x = random_numbers<T>(random, step.chunk * ldx),
                             w = random_panels<T>(random, s.taps() * s.channels, s.filters);
                   if (nan) x[step.first * ldx + s.inputs() - 1] = std::numeric_limits<T>::quiet_NaN();
                   Buffer<T> b = random_rows<T>(random, 1, s.filters, padded<T>(s.filters)), y(step.chunk * ldy, T(3));
                   Buffer<uint8_t> winners(step.chunk * ldw, 99);
                   call_conv<T>(table, kernel_conv, step,
                                {word(x), word(ldx), word(w), f % 2 ? word(nullptr) : word(b), word(y), word(ldy),
                                 s.pool ? word(winners) : word(nullptr), word(ldw)},
                                s, f, slope, s.pool);
                   result.take(y);
                   // Where two values lie within rounding, generic may find another winner.
                   result.hash.add(winners.data(), table.isa == std::string("generic") ? 0 : size_t(winners.size()));
                   result.intact = result.intact && winners.intact();
                 });
}

template <class T> void conv_input_gradient_cases() {
  for (const ConvShape& s : conv_shapes)
    for (int f = -1; f < function_count; f++)
      check<T>("convInputGradient " + text(s) + " " + (f < 0 ? "nothing below" : functions[f].name),
               sum_of(s.taps() * s.filters), [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(s.samples);
                 const int64_t lddy = s.outputs() + 1, lddx = s.inputs() + 2, ldy = s.inputs();
                 Buffer<T> dy = random_numbers<T>(random, step.chunk * lddy),
                           wt = random_panels<T>(random, s.taps() * s.filters, s.channels);
                 Buffer<T> y = random_numbers<T>(random, step.chunk * ldy), dx(step.chunk * lddx, T(3));
                 call_conv<T>(
                     table, kernel_conv_input_gradient, step,
                     {word(dy), word(lddy), word(wt), word(dx), word(lddx), f < 0 ? word(nullptr) : word(y), word(ldy)},
                     s, f < 0 ? 0 : f, slope);
                 result.take(dx);
               });
}

template <class T> void conv_weight_gradient_cases() {
  for (const ConvShape& s : conv_shapes)
    for (const bool start : {false, true})
      check<T>("convWeightGradient " + text(s) + (start ? " start" : ""),
               sum_of(s.samples * s.out_height() * s.out_width()),
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 Step step = shard(s.samples);
                 step.start = start;
                 step.group = 1;
                 const int64_t ldx = s.inputs() + 1, lddy = s.outputs() + 1,
                               stride = s.taps() * s.channels * padded<T>(s.filters);
                 Buffer<T> x = random_numbers<T>(random, step.chunk * ldx),
                           dy = random_numbers<T>(random, step.chunk * lddy);
                 Buffer<T> g(3 * stride, T(5)), stored = random_panels<T>(random, s.taps() * s.channels, s.filters);
                 for (int64_t i = 0; i < stride && !start; i++) g[stride + i] = stored[i];
                 call_conv<T>(table, kernel_conv_weight_gradient, step,
                              {word(x), word(ldx), word(dy), word(lddy), word(g), word(stride)}, s);
                 result.take(g);
               });
}

template <class T> void bias_gradient_cases() {
  for (const int64_t channels : {1, 6, 8, 17, 50})
    for (const int64_t pixels : {1, 3, 8, 25})
      for (const bool start : {false, true})
        check<T>(
            "biasGradient channels=" + to_string(channels) + " pixels=" + to_string(pixels) + (start ? " start" : ""),
            sum_of(3 * pixels), [=](const KernelTable& table, Random& random, Result<T>& result) {
              Step step = shard(3);
              step.start = start;
              step.group = 1;
              const int64_t lddy = pixels * channels + 1, stride = padded<T>(channels);
              Buffer<T> dy = random_numbers<T>(random, step.chunk * lddy),
                        g = random_rows<T>(random, 2, channels, stride);
              call<T>(table, kernel_bias_gradient, step, dy, lddy, g, stride, pixels, channels);
              result.take(g);
            });
}

template <class T> void conv_update_cases() {
  for (const ConvShape& s : conv_shapes)
    for (int o = 0; o < optimizer_count; o++)
      for (const int64_t groups : {0, 1, 4, 16})
        for (const Part& part : parts) {
          if (groups > 0 && part.stored) continue;
          check<T>(
              "convUpdate " + text(s) + " " + optimizers[o].name + " " + part.name + " groups=" + to_string(groups),
              sum_of(groups ? groups : s.samples * s.out_height() * s.out_width()),
              [=](const KernelTable& table, Random& random, Result<T>& result) {
                Step step = shard(s.samples);
                step.start = part.start;
                step.finish = part.finish;
                step.hyper = optimizers[o].hyper;
                const int64_t depth = s.taps() * s.channels, ldx = s.inputs(), lddy = s.outputs(),
                              length = depth * padded<T>(s.filters);
                const int64_t units = (s.channels + lanes<T> - 1) / lanes<T> *
                                      ((padded<T>(s.filters) / lanes<T> + panel_vectors - 1) / panel_vectors);
                Buffer<T> x = random_numbers<T>(random, step.chunk * ldx),
                          dy = random_numbers<T>(random, step.chunk * lddy);
                Buffer<T> w = random_panels<T>(random, depth, s.filters),
                          wt(s.taps() * s.filters * padded<T>(s.channels), T(3));
                Buffer<T> g((groups ? groups : 1) * length), m = random_panels<T>(random, depth, s.filters),
                                                             v = random_panels<T>(random, depth, s.filters, true);
                for (int64_t k = 0; k < (groups ? groups : 1); k++) {
                  Buffer<T> one = random_panels<T>(random, depth, s.filters);
                  memcpy(g.data() + k * length, one.data(), size_t(length) * sizeof(T));
                }
                Buffer<T> workspace(s.taps() * lanes<T> * panel_vectors * lanes<T>);
                // Two owners, one after the other.
                const int64_t cuts[] = {0, units / 2, units};
                for (int i = 0; i < 2; i++)
                  call_conv<T>(
                      table, kernel_conv_update, step,
                      {word(x), word(ldx), word(dy), word(lddy), groups || part.stored ? word(g) : word(nullptr),
                       word(length), word(groups), word(w), o == 1 ? word(nullptr) : word(wt), word(nullptr),
                       word(nullptr), optimizers[o].s ? word(m) : word(nullptr),
                       optimizers[o].t ? word(v) : word(nullptr), word(workspace)},
                      s, cuts[i], cuts[i + 1], o);
                for (Buffer<T>* out : {&w, &wt, &g, &m, &v}) result.take(*out);
                result.intact = result.intact && workspace.intact();
              });
        }
}

template <class T> void vector_update_cases() {
  for (const int64_t n : {1, 16, 17, 49})
    for (const int64_t groups : {1, 2, 16})
      for (int o = 0; o < optimizer_count; o++)
        check<T>("vectorUpdate n=" + to_string(n) + " groups=" + to_string(groups) + " " + optimizers[o].name,
                 sum_of(groups), [=](const KernelTable& table, Random& random, Result<T>& result) {
                   Step step = shard(1);
                   step.hyper = optimizers[o].hyper;
                   const int64_t ld = padded<T>(n);
                   Buffer<T> g = random_rows<T>(random, groups, n, ld), b = random_rows<T>(random, 1, n, ld),
                             m = random_rows<T>(random, 1, n, ld);
                   Buffer<T> v = random_rows<T>(random, 1, n, ld);
                   for (int64_t i = 0; i < ld; i++) v[i] = T(fabs(double(v[i])));
                   call<T>(table, kernel_vector_update, step, g, ld, groups, b, optimizers[o].s ? m.data() : nullptr,
                           optimizers[o].t ? v.data() : nullptr, int64_t(0), ld / lanes<T>, o);
                   for (Buffer<T>* out : {&b, &m, &v}) result.take(*out);
                 });
}
