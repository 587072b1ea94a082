// Edits of one broker set in the making.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brokergate/edit.h"
#include "rules/kafka/plan_text.h"

namespace brokergate {

class Draft {
 public:
  Draft(Value container, std::string reason) : container_(container), reason_(std::move(reason)) {}

  // Bytes of a string node; several changes of one string become one edit.
  void change(Value node, uint32_t begin, uint32_t end, std::string text);
  void change(Value node, const std::vector<ListText::Change>& changes);
  void replace_number(Value node, int64_t number);
  // New env entries, in this order, before the entry at `index` of env (its size: at the end).
  void add_env(size_t index, std::string_view name, std::string_view value);
  void add_field_env(size_t index, std::string_view name, std::string_view field_path);
  // An entry of env as it shall be.
  void replace_env(Value entry, std::string_view name, std::string_view value);
  void remove_env(Value entry);
  // Words at the end of args, or of command where there are no args.
  void add_arguments(const std::vector<std::string>& words);
  void add_port(std::string_view name, int64_t port);

  bool empty() const { return texts_.empty() && edits_.empty() && ports_.empty() && env_.empty() && args_.empty(); }
  std::vector<Edit> finish() &&;

 private:
  struct Text {
    Value node;
    std::vector<ListText::Change> changes;
  };
  void insert_env(size_t index, LiteralMap entry);

  Value container_;
  std::string reason_;
  std::vector<Text> texts_;
  std::vector<Edit> edits_;
  LiteralList ports_, env_, args_;  // made whole when the container has no such list
};

}  // namespace brokergate
