// glibc 2.34 moved these from libpthread and libdl into libc, under new versions; Node asks for 2.28 only. The old
// names are still there, and Node itself has loaded both libraries.
#pragma once

#if defined(__linux__) && defined(__GLIBC__)
#if defined(__x86_64__)
#define HEDDLE_OLD(function) __asm__(".symver " #function "," #function "@GLIBC_2.2.5")
#elif defined(__aarch64__)
#define HEDDLE_OLD(function) __asm__(".symver " #function "," #function "@GLIBC_2.17")
#endif
#endif
#ifndef HEDDLE_OLD
#define HEDDLE_OLD(function)
#endif
