#include "unit/cluster/failing_new.h"

#include <cstdlib>
#include <new>

namespace {

thread_local long left = -1;  // below zero: as many as you like
thread_local bool failed = false;

void* memory_for(size_t size) {
  if (left == 0) {
    failed = true;
    return nullptr;
  }
  if (left > 0) --left;
  return std::malloc(size);
}

}  // namespace

void* operator new(size_t size) {
  if (void* const memory = memory_for(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return memory_for(size); }
void* operator new[](size_t size) { return operator new(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return memory_for(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace brokergate::test {

NoMemory::NoMemory(long at) {
  failed = false;
  left = at;
}
NoMemory::~NoMemory() { left = -1; }
bool NoMemory::struck() const { return failed; }

}  // namespace brokergate::test
