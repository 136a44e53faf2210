{
  # One static library per instruction set, each compiled with its own flags, and an addon that has none:
  # ISA-specific code must never be shared with code that runs everywhere.
  "target_defaults": {
    "cflags_cc": ["-std=c++17", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-unused-function", "-Wno-maybe-uninitialized"],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
    "include_dirs": ["."],
    "defines": ["NAPI_VERSION=8"],
  },
  "targets": [
    { "target_name": "isa_generic", "type": "static_library", "sources": ["isa/generic.cc"] },
    {
      "target_name": "heddle",
      "sources": ["addon.cc", "cpu.cc", "measure.cc", "program.cc", "barrier.cc"],
      "dependencies": ["isa_generic"],
      "ldflags": ["-Wl,--gc-sections", "-Wl,--exclude-libs,ALL"],
      "conditions": [
        ["target_arch=='x64'", { "dependencies": ["isa_avx2", "isa_avx512"] }],
        ["target_arch=='arm64'", { "dependencies": ["isa_neon"] }],
      ],
    },
  ],
  "conditions": [
    ["target_arch=='x64'", {
      "targets": [
        { "target_name": "isa_avx2", "type": "static_library", "sources": ["isa/avx2.cc"], "cflags_cc": ["-mavx2", "-mfma"] },
        { "target_name": "isa_avx512", "type": "static_library", "sources": ["isa/avx512.cc"], "cflags_cc": ["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mfma", "-mprefer-vector-width=512"] },
      ],
    }],
    ["target_arch=='arm64'", {
      "targets": [
        { "target_name": "isa_neon", "type": "static_library", "sources": ["isa/neon.cc"] },
      ],
    }],
  ],
}
