// Cuts what the API server sends into objects while it comes in, so that a page of a list, or a watch, is never in
// memory as a whole. Only the text that frames the objects is looked at; they themselves are for the reducer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace brokergate::webhook::watch {

inline constexpr size_t kLargestObject = size_t{8} << 20;  // in JSON; etcd keeps none over 1.5 MiB
inline constexpr size_t kLargestPage = size_t{64} << 20;

enum class Cut : uint8_t { kFine, kBroken, kTooLarge };

// One answer to a list: {"kind": …, "metadata": {…}, "items": [{…}, …]}, members in any order.
class Page {
 public:
  // The text of one element of `items`, valid during the call. False ends the reading (kBroken).
  using OnItem = std::function<bool(std::string_view)>;
  explicit Page(OnItem on_item, size_t largest_page = kLargestPage, size_t largest_object = kLargestObject)
      : on_item_(std::move(on_item)), largest_page_(largest_page), largest_object_(largest_object) {}

  Cut feed(std::string_view piece);
  // True when all of it has come: one object, closed, and with the two members.
  bool complete() const { return state_ == State::kAfter && !metadata_.empty() && has_items_; }
  // The text of `metadata`.
  const std::string& metadata() const { return metadata_; }

 private:
  enum class State : uint8_t { kBefore, kMembers, kAfter };
  Cut character(char c, std::string_view piece, size_t at);
  Cut begin_value(char c, size_t at);
  Cut end_value(std::string_view piece, size_t end);
  // Whether what stands at this depth is looked at as a whole: a member of the list, or an item.
  bool outside() const { return depth_ == 1 || (in_items_ && depth_ == 2); }

  OnItem on_item_;
  size_t largest_page_, largest_object_, bytes_ = 0;
  State state_ = State::kBefore;
  size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false;
  bool key_ahead_ = true;  // at depth 1: the next string is a key
  bool in_items_ = false, has_items_ = false;
  // What is being kept: its bytes of pieces before, and where it goes on in this one.
  enum class Kept : uint8_t { kNothing, kKey, kMetadata, kItem };
  Kept kept_ = Kept::kNothing;
  size_t from_ = 0;
  std::string before_, key_, metadata_;
};

// A watch: one object a line.
class Lines {
 public:
  using OnLine = std::function<bool(std::string_view)>;
  explicit Lines(OnLine on_line, size_t largest = kLargestObject) : on_line_(std::move(on_line)), largest_(largest) {}
  // kBroken when `on_line` returned false; then the rest of the piece is not looked at.
  Cut feed(std::string_view piece);
  // Nothing of a line that has not ended.
  bool clean() const { return before_.empty(); }

 private:
  OnLine on_line_;
  size_t largest_;
  std::string before_;
};

}  // namespace brokergate::webhook::watch
