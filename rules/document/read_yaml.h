// One libyaml pass over the bytes of one document.
#pragma once

#include <yaml.h>

#include <map>
#include <string>
#include <string_view>

#include <vector>

#include "rules/document/reader.h"
#include "rules/document/tree_builder.h"

namespace brokergate::document {

inline std::string_view chars(const yaml_char_t* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view{};
}
inline std::string_view chars(const yaml_char_t* text, size_t length) {
  return {reinterpret_cast<const char*>(text), length};
}

// libyaml counts characters, the tree counts bytes. Marks mostly grow, so the
// text is walked once.
class CharacterCursor {
 public:
  CharacterCursor(std::string_view text, uint32_t begin, uint32_t end);
  uint32_t byte_at(size_t character);

 private:
  std::string_view text_;
  uint32_t begin_, end_;
  bool ascii_;
  size_t character_ = 0;
  uint32_t byte_;
};

// What libyaml has not been handed yet.
struct YamlFeed {
  std::string_view bytes;
  bool add_line_break = false;
};

class YamlReader {
 public:
  YamlReader(Input& input, const Piece& piece, const DocumentSink& sink);
  ~YamlReader();
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  std::optional<Failure> run();

 private:
  // A container that has begun.
  struct Frame {
    size_t node = 0;  // place on the builder's stack
    bool map = false;
    bool block = false;
    bool has_key = false;     // a key was read, its value is awaited
    bool merge = false;       // that key is `<<`
    bool has_merged = false;  // a merge key has brought entries
    uint32_t key_begin = 0, key_end = 0;
    uint32_t last_end = 0;  // where the last value written here ends
    std::string_view key;
    std::string_view anchor;
  };
  struct Anchor {
    Node node;
    bool open = false;  // its container has not ended
  };
  struct Scalar {
    Node node;           // without its place in the tree
    int properties = 0;  // anchor and tag before it
    bool merge = false;  // it is a merge key when it stands as a key
  };

  bool event(yaml_event_t& event);
  bool begin_document(const yaml_event_t& event);
  bool end_document();
  bool read_scalar(const yaml_event_t& event, Scalar& scalar);
  bool scalar(const yaml_event_t& event);
  bool begin_container(const yaml_event_t& event);
  bool end_container(const yaml_event_t& event);
  bool alias(const yaml_event_t& event);
  bool merge_value();
  bool merge_map(const Node& map);

  bool key_scalar(const yaml_event_t& event);
  bool set_key(Kind kind, std::string_view text, uint32_t begin, uint32_t end, bool merge);
  bool push_value(uint32_t begin);
  bool value_done(uint32_t end);

  bool awaits_key() const { return !frames_.empty() && frames_.back().map && !frames_.back().has_key; }
  std::string_view view(uint32_t begin, uint32_t end, std::string_view decoded);
  uint32_t offset(const yaml_mark_t& mark) { return characters_.byte_at(mark.index); }
  uint32_t skip_properties(uint32_t at, uint32_t end, int count) const;
  void remember(std::string_view name, const Node& node, bool open);
  bool fail(uint32_t offset, std::string message, bool final = false);

  Input& input_;
  const Piece& piece_;
  const DocumentSink& sink_;
  CharacterCursor characters_;
  yaml_parser_t parser_{};
  YamlFeed feed_;
  bool initialized_ = false;
  TreeBuilder builder_;
  std::optional<Document> document_;
  bool has_document_ = false;
  bool empty_root_ = false;
  std::vector<Frame> frames_;
  std::map<std::string_view, Anchor> anchors_;
  size_t alias_budget_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace brokergate::document
