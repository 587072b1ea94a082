#include "brokergate/document.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace brokergate {

Document::Document(SourcePtr source) : source_(std::move(source)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

std::pmr::memory_resource& Document::arena() {
  if (!arena_) {
    // A manifest needs three to five bytes of nodes for a byte of text. Too little
    // costs one more block, too much costs memory for every document held.
    constexpr size_t kSmallest = 512, kLargest = size_t{4} << 20;
    const size_t size = std::clamp<size_t>(size_t{end_ - begin_} * (json_ ? 4 : 6), kSmallest, kLargest);
    arena_ = std::make_unique<std::pmr::monotonic_buffer_resource>(size);
  }
  return *arena_;
}

std::string_view Document::intern(std::string_view text) {
  if (text.empty()) return std::string_view("");
  char* copy = static_cast<char*>(arena().allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

Node* Document::allocate(size_t count) {
  if (count == 0) return nullptr;
  void* memory = arena().allocate(count * sizeof(Node), alignof(Node));
  return static_cast<Node*>(std::uninitialized_value_construct_n(static_cast<Node*>(memory), count) - count);
}

void Document::set_span(uint32_t begin, uint32_t end, bool json) {
  begin_ = begin;
  end_ = end;
  json_ = json;
}

}  // namespace brokergate
