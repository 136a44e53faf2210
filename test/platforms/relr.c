// Loaded first of all libraries by a musl older than 1.2.4, it does the relocations that such a one skips (DT_RELR: words
// to which a library's address is added), and copies again what a program has copies of from those libraries.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define RELR_SIZE 35
#define RELR 36
#ifdef __aarch64__
#define COPY R_AARCH64_COPY
#else
#define COPY R_X86_64_COPY
#endif

static void make_writable(uintptr_t begin, size_t bytes) {
  const uintptr_t page = begin & ~(uintptr_t)4095;
  mprotect((void*)page, (begin + bytes - page + 4095) & ~(uintptr_t)4095, PROT_READ | PROT_WRITE);
}

static const ElfW(Dyn) * dynamic_of(const struct dl_phdr_info* library) {
  for (int i = 0; i < library->dlpi_phnum; i++)
    if (library->dlpi_phdr[i].p_type == PT_DYNAMIC)
      return (const void*)(library->dlpi_addr + library->dlpi_phdr[i].p_vaddr);
  return NULL;
}

static int relocate(struct dl_phdr_info* library, size_t size, void* data) {
  (void)size, (void)data;
  const uintptr_t base = library->dlpi_addr;
  const uintptr_t* entries = NULL;
  size_t bytes = 0;
  for (const ElfW(Dyn)* d = dynamic_of(library); d && d->d_tag; d++) {
    if (d->d_tag == RELR) entries = (const void*)(base + d->d_un.d_ptr);
    if (d->d_tag == RELR_SIZE) bytes = d->d_un.d_val;
  }
  if (!entries) return 0;
  for (int i = 0; i < library->dlpi_phnum; i++)
    if (library->dlpi_phdr[i].p_type == PT_GNU_RELRO)
      make_writable(base + library->dlpi_phdr[i].p_vaddr, library->dlpi_phdr[i].p_memsz);
  uintptr_t* word = NULL;
  for (size_t i = 0; i < bytes / sizeof *entries; i++) {
    if (!(entries[i] & 1)) {
      word = (void*)(base + entries[i]);
      *word++ += base;
      continue;
    }
    uintptr_t bits = entries[i] >> 1;
    for (int bit = 0; bits; bit++, bits >>= 1)
      if (bits & 1) word[bit] += base;
    word += 63;
  }
  return 0;
}

static int copy_again(struct dl_phdr_info* program, size_t size, void* data) {
  (void)size, (void)data;
  const Elf64_Rela* relocations = NULL;
  const Elf64_Sym* symbols = NULL;
  const char* names = NULL;
  size_t bytes = 0;
  for (const ElfW(Dyn)* d = dynamic_of(program); d && d->d_tag; d++) {
    const void* at = (const void*)(program->dlpi_addr + d->d_un.d_ptr);
    if (d->d_tag == DT_RELA) relocations = at;
    if (d->d_tag == DT_RELASZ) bytes = d->d_un.d_val;
    if (d->d_tag == DT_SYMTAB) symbols = at;
    if (d->d_tag == DT_STRTAB) names = at;
  }
  for (size_t i = 0; i < bytes / sizeof *relocations; i++) {
    if (ELF64_R_TYPE(relocations[i].r_info) != COPY) continue;
    const Elf64_Sym* symbol = symbols + ELF64_R_SYM(relocations[i].r_info);
    const void* from = dlsym(RTLD_NEXT, names + symbol->st_name);
    const uintptr_t to = program->dlpi_addr + relocations[i].r_offset;
    if (!from || (uintptr_t)from == to) continue;
    make_writable(to, symbol->st_size);
    memcpy((void*)to, from, symbol->st_size);
  }
  return 1;  // the program is the first that is listed
}

__attribute__((constructor)) static void complete(void) {
  dl_iterate_phdr(relocate, NULL);
  dl_iterate_phdr(copy_again, NULL);
}
