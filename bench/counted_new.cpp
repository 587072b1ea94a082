// The program's `new` (cli/operator_new.cpp), and a count of what is in use: blocks as large as the allocator makes
// them.
#include "counted_new.h"

#include <mimalloc.h>

#include <atomic>
#include <new>

namespace {

std::atomic<int64_t> in_use;

void* noted(void* memory) noexcept {
  in_use.fetch_add(static_cast<int64_t>(mi_usable_size(memory)), std::memory_order_relaxed);
  return memory;
}

void* counted(void* memory) {
  if (!memory) throw std::bad_alloc();
  return noted(memory);
}

void release(void* memory) {
  in_use.fetch_sub(static_cast<int64_t>(mi_usable_size(memory)), std::memory_order_relaxed);
  mi_free(memory);
}

}  // namespace

namespace bench {

int64_t bytes_in_use() { return in_use.load(); }

}  // namespace bench

void* operator new(size_t size) { return counted(mi_malloc(size)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return counted(mi_malloc_aligned(size, static_cast<size_t>(alignment)));
}
void* operator new[](size_t size) { return operator new(size); }
void* operator new[](size_t size, std::align_val_t alignment) { return operator new(size, alignment); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return noted(mi_malloc(size)); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return noted(mi_malloc(size)); }
void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return noted(mi_malloc_aligned(size, static_cast<size_t>(alignment)));
}
void* operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return noted(mi_malloc_aligned(size, static_cast<size_t>(alignment)));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete[](void* memory, size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { release(memory); }
