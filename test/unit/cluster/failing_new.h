// `new` of this program that fails when a test says so.
#pragma once

namespace brokergate::test {

// While it lives, this thread's allocations from the `at`th on fail (counted from zero); all of them, as they do where
// memory has ended.
class NoMemory {
 public:
  explicit NoMemory(long at);
  ~NoMemory();
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;
  // Whether one has failed.
  bool struck() const;
};

}  // namespace brokergate::test
