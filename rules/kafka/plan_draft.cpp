#include "rules/kafka/plan_draft.h"

#include <algorithm>

namespace brokergate {

void Draft::change(Value node, uint32_t begin, uint32_t end, std::string text) {
  auto found = std::find_if(texts_.begin(), texts_.end(), [&](const Text& t) { return t.node == node; });
  if (found == texts_.end()) found = texts_.insert(texts_.end(), Text{node, {}});
  found->changes.push_back({begin, end, std::move(text)});
}

void Draft::change(Value node, const std::vector<ListText::Change>& changes) {
  for (const auto& part : changes) change(node, part.begin, part.end, part.text);
}

void Draft::replace_number(Value node, int64_t number) {
  Edit edit;
  edit.op = Edit::Op::kReplace;
  edit.target = node.node();
  edit.value = number;
  edits_.push_back(std::move(edit));
}

void Draft::insert_env(size_t index, LiteralMap entry) {
  const Value env = container_["env"];
  if (!env.is_seq()) {
    env_.emplace_back(std::move(entry));
    return;
  }
  Edit edit;
  edit.op = Edit::Op::kInsert;
  edit.target = env.node();
  edit.index = std::min(index, env.size());
  edit.value = std::move(entry);
  edits_.push_back(std::move(edit));
}

void Draft::add_env(size_t index, std::string_view name, std::string_view value) {
  insert_env(index, {{"name", name}, {"value", value}});
}

void Draft::add_field_env(size_t index, std::string_view name, std::string_view field_path) {
  insert_env(index, {{"name", name}, {"valueFrom", LiteralMap{{"fieldRef", LiteralMap{{"fieldPath", field_path}}}}}});
}

void Draft::replace_env(Value entry, std::string_view name, std::string_view value) {
  Edit edit;
  edit.op = Edit::Op::kReplace;
  edit.target = entry.node();
  edit.value = LiteralMap{{"name", name}, {"value", value}};
  edits_.push_back(std::move(edit));
}

void Draft::remove_env(Value entry) {
  Edit edit;
  edit.op = Edit::Op::kRemove;
  edit.target = entry.node();
  edits_.push_back(std::move(edit));
}

void Draft::add_arguments(const std::vector<std::string>& words) {
  Value list = container_["args"];
  if (list.size() == 0) list = container_["command"];
  if (list.size() == 0) {
    for (const std::string& word : words) args_.emplace_back(word);
    return;
  }
  for (const std::string& word : words) {
    Edit edit;
    edit.op = Edit::Op::kInsert;
    edit.target = list.node();
    edit.index = list.size();
    edit.value = word;
    edits_.push_back(std::move(edit));
  }
}

void Draft::add_port(std::string_view name, int64_t port) {
  LiteralMap entry{{"name", name}, {"containerPort", port}};
  const Value ports = container_["ports"];
  if (!ports.is_seq()) {
    ports_.emplace_back(std::move(entry));
    return;
  }
  Edit edit;
  edit.op = Edit::Op::kInsert;
  edit.target = ports.node();
  edit.index = ports.size();
  edit.value = std::move(entry);
  edits_.push_back(std::move(edit));
}

std::vector<Edit> Draft::finish() && {
  for (auto& [node, changes] : texts_) {
    std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    const std::string_view text = node.scalar();
    std::string out;
    size_t at = 0;
    for (const auto& part : changes) {
      if (part.begin < at || part.end > text.size()) continue;  // overlapping: the proof will say what is missing
      out.append(text.substr(at, part.begin - at));
      out.append(part.text);
      at = part.end;
    }
    out.append(text.substr(at));
    Edit edit;
    edit.op = Edit::Op::kReplace;
    edit.target = node.node();
    edit.value = std::move(out);
    edits_.push_back(std::move(edit));
  }
  if (!args_.empty()) edits_.push_back(set_edit(container_, {"args"}, std::move(args_)));
  if (!env_.empty()) edits_.push_back(set_edit(container_, {"env"}, std::move(env_)));
  if (!ports_.empty()) edits_.push_back(set_edit(container_, {"ports"}, std::move(ports_)));
  for (auto& edit : edits_) edit.reason = reason_;
  return std::move(edits_);
}

}  // namespace brokergate
