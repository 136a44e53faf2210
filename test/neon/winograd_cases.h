// Cases of the Winograd kernels: included by kernels_check.cc after conv_cases.h, whose helpers they use.
#pragma once

// Images smaller and larger than a tile, tiles over every edge, more than 48 tiles, around vectors, panels and groups
// of 8 units.
constexpr ConvShape winograd_shapes[] = {
    {1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 0},     {3, 5, 7, 3, 3, 3, 1, 1, 1, 1, 1, 1, 17, 2},
    {2, 6, 6, 17, 3, 3, 1, 1, 0, 0, 0, 0, 49, 0},   {3, 7, 5, 8, 3, 3, 1, 1, 2, 2, 2, 2, 24, 2},
    {4, 14, 13, 16, 3, 3, 1, 1, 1, 1, 1, 1, 32, 2}, {2, 3, 8, 140, 3, 3, 1, 1, 2, 0, 0, 1, 20, 0},
    {2, 4, 4, 9, 3, 3, 1, 1, 1, 1, 1, 1, 100, 0},
};
constexpr int64_t winograd_points = 36;

// What the tiles of a sum are worth: products of numbers that the transforms have made larger.
inline Tolerance winograd_sum_of(int64_t depth) { return {64 + 32 * sqrt(double(depth)), false}; }
template <class T> int64_t winograd_workspace(int64_t from, int64_t to) {
  return padded<T>(from) + winograd_points * (48 * (padded<T>(from) + to) + 2 * lanes<T>);
}

template <class T> void winograd_cases() {
  for (const ConvShape& s : winograd_shapes)
    for (int f = 0; f < function_count; f++)
      for (const bool nan : {false, true})
        check<T>("winograd " + text(s) + " " + functions[f].name + (nan ? " NaN" : ""), winograd_sum_of(s.channels),
                 [=](const KernelTable& table, Random& random, Result<T>& result) {
                   const Step step = shard(s.samples);
                   const int64_t window = s.pool ? s.pool : 1,
                                 n = s.out_height() / window * (s.out_width() / window) * s.filters;
                   const int64_t ldx = s.inputs() + 1, ldy = n + 3, ldw = n + 2;
                   Buffer<T> x = random_numbers<T>(random, step.chunk * ldx),
                             u = random_panels<T>(random, winograd_points * s.channels, s.filters);
                   if (nan) x[step.first * ldx + s.inputs() - 1] = std::numeric_limits<T>::quiet_NaN();
                   Buffer<T> b = random_rows<T>(random, 1, s.filters, padded<T>(s.filters)), y(step.chunk * ldy, T(3));
                   Buffer<uint8_t> winners(step.chunk * ldw, 99);
                   Buffer<T> workspace(winograd_workspace<T>(s.channels, panel_vectors * lanes<T>));
                   call_conv<T>(table, kernel_winograd, step,
                                {word(x), word(ldx), word(u), f % 2 ? word(nullptr) : word(b), word(y), word(ldy),
                                 s.pool ? word(winners) : word(nullptr), word(ldw), word(workspace)},
                                s, f, slope, s.pool);
                   result.take(y);
                   // Where two values lie within rounding, generic may find another winner.
                   result.hash.add(winners.data(), table.isa == std::string("generic") ? 0 : size_t(winners.size()));
                   result.intact = result.intact && winners.intact() && workspace.intact();
                 });
}

template <class T> void winograd_input_gradient_cases() {
  for (const ConvShape& s : winograd_shapes)
    for (int f = -1; f < function_count; f++)
      check<T>("winogradInputGradient " + text(s) + " " + (f < 0 ? "nothing below" : functions[f].name),
               winograd_sum_of(s.filters), [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(s.samples);
                 const int64_t lddy = s.outputs() + 1, lddx = s.inputs() + 2, ldy = s.inputs();
                 Buffer<T> dy = random_numbers<T>(random, step.chunk * lddy),
                           ut = random_panels<T>(random, winograd_points * s.filters, s.channels);
                 Buffer<T> y = random_numbers<T>(random, step.chunk * ldy), dx(step.chunk * lddx, T(3));
                 Buffer<T> workspace(winograd_workspace<T>(s.filters, panel_vectors * lanes<T>));
                 call_conv<T>(table, kernel_winograd_input_gradient, step,
                              {word(dy), word(lddy), word(ut), word(dx), word(lddx), f < 0 ? word(nullptr) : word(y),
                               word(ldy), word(workspace)},
                              s, f < 0 ? 0 : f, slope);
                 result.take(dx);
                 result.intact = result.intact && workspace.intact();
               });
}

template <class T> void winograd_weight_gradient_cases() {
  for (const ConvShape& s : winograd_shapes)
    for (const bool start : {false, true})
      for (const bool last : {false, true})
        check<T>("winogradWeightGradient " + text(s) + (start ? " start" : "") + (last ? " last" : ""),
                 winograd_sum_of(s.samples * s.out_height() * s.out_width()),
                 [=](const KernelTable& table, Random& random, Result<T>& result) {
                   Step step = shard(s.samples);
                   step.start = start;
                   step.last = last;
                   step.group = 1;
                   const int64_t ldx = s.inputs() + 1, lddy = s.outputs() + 1,
                                 stride = s.taps() * s.channels * padded<T>(s.filters);
                   Buffer<T> x = random_numbers<T>(random, step.chunk * ldx),
                             dy = random_numbers<T>(random, step.chunk * lddy);
                   // The sum of one group, or of each.
                   const int64_t sum_numbers = winograd_points * padded<T>(s.channels) * padded<T>(s.filters),
                                 sum_stride = last ? sum_numbers : 0;
                   Buffer<T> g(3 * stride, T(5)), sum = random_numbers<T>(random, 2 * sum_numbers);
                   Buffer<T> workspace(winograd_workspace<T>(8 * lanes<T>, 64 * lanes<T>));
                   call_conv<T>(table, kernel_winograd_weight_gradient, step,
                                {word(x), word(ldx), word(dy), word(lddy), word(g), word(stride), word(sum),
                                 word(sum_stride), word(workspace)},
                                s);
                   result.take(g);
                   result.take(sum);
                   result.intact = result.intact && workspace.intact();
                 });
}

template <class T> void winograd_filters_cases() {
  for (const ConvShape& s : winograd_shapes)
    check<T>("winogradFilters " + text(s), {32, false},
             [=](const KernelTable& table, Random& random, Result<T>& result) {
               Buffer<T> w = random_panels<T>(random, s.taps() * s.channels, s.filters);
               Buffer<T> u(winograd_points * s.channels * padded<T>(s.filters)),
                   ut(winograd_points * s.filters * padded<T>(s.channels));
               call<T>(table, kernel_winograd_filters, shard(1), w, u, ut, s.channels, s.filters);
               result.take(u);
               result.take(ut);
             });
}

template <class T> void winograd_update_cases() {
  for (const ConvShape& s : winograd_shapes)
    for (int o = 0; o < optimizer_count; o++)
      for (const Part& part : parts)
        check<T>(
            "winogradUpdate " + text(s) + " " + optimizers[o].name + " " + part.name,
            winograd_sum_of(s.samples * s.out_height() * s.out_width()),
            [=](const KernelTable& table, Random& random, Result<T>& result) {
              Step step = shard(s.samples);
              step.start = part.start;
              step.finish = part.finish;
              step.hyper = optimizers[o].hyper;
              const int64_t depth = s.taps() * s.channels, ldx = s.inputs(), lddy = s.outputs();
              const int64_t units = (s.channels + lanes<T> - 1) / lanes<T> *
                                    ((padded<T>(s.filters) / lanes<T> + panel_vectors - 1) / panel_vectors);
              Buffer<T> x = random_numbers<T>(random, step.chunk * ldx),
                        dy = random_numbers<T>(random, step.chunk * lddy);
              Buffer<T> w = random_panels<T>(random, depth, s.filters),
                        u(winograd_points * s.channels * padded<T>(s.filters), T(3));
              Buffer<T> ut(winograd_points * s.filters * padded<T>(s.channels), T(3));
              Buffer<T> g = random_numbers<T>(random, winograd_points * padded<T>(s.channels) * padded<T>(s.filters));
              Buffer<T> m = random_panels<T>(random, depth, s.filters),
                        v = random_panels<T>(random, depth, s.filters, true);
              Buffer<T> workspace(winograd_workspace<T>(8 * lanes<T>, 64 * lanes<T>) +
                                  winograd_points * 8 * lanes<T> * padded<T>(s.filters));
              // Two owners, one after the other.
              const int64_t cuts[] = {0, units / 2, units};
              for (int i = 0; i < 2; i++)
                call_conv<T>(table, kernel_winograd_update, step,
                             {word(x), word(ldx), word(dy), word(lddy), part.stored ? word(g) : word(nullptr), word(w),
                              word(u), o == 1 ? word(nullptr) : word(ut), optimizers[o].s ? word(m) : word(nullptr),
                              optimizers[o].t ? word(v) : word(nullptr), word(workspace)},
                             s, cuts[i], cuts[i + 1], o);
              for (Buffer<T>* out : {&w, &u, &ut, &g, &m, &v}) result.take(*out);
              result.intact = result.intact && workspace.intact();
            });
}
