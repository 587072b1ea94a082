// `new` that throws where there is no memory. Debian's mimalloc is built as C: its own one ends
// the process instead, so that one request too many would end all the others.
#include <mimalloc.h>

#include <new>

void* operator new(size_t size) {
  if (void* const memory = mi_malloc(size)) return memory;
  throw std::bad_alloc();
}

void* operator new(size_t size, std::align_val_t alignment) {
  if (void* const memory = mi_malloc_aligned(size, static_cast<size_t>(alignment))) return memory;
  throw std::bad_alloc();
}

void* operator new[](size_t size) { return operator new(size); }
void* operator new[](size_t size, std::align_val_t alignment) { return operator new(size, alignment); }
