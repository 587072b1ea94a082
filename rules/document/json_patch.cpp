// RFC 6902 rendering of a plan.
#include "rules/document/edit.h"

namespace brokergate {
namespace {

class PatchWriter {
 public:
  std::string write(const Plan& plan) {
    out_ = "[";
    if (plan.root.node) change(plan.root);
    out_ += ']';
    return std::move(out_);
  }

 private:
  void operation(const char* op, const Literal* value) {
    if (out_.size() > 1) out_ += ',';
    out_ += R"({"op":")";
    out_ += op;
    out_ += R"(","path":)";
    append_json_string(path_, out_);
    if (value) {
      out_ += R"(,"value":)";
      append_json(*value, out_);
    }
    out_ += '}';
  }

  // RFC 6901: ~ and / are written ~0 and ~1.
  size_t enter(std::string_view token) {
    const size_t before = path_.size();
    path_ += '/';
    for (char c : token) {
      if (c == '~') {
        path_ += "~0";
      } else if (c == '/') {
        path_ += "~1";
      } else {
        path_ += c;
      }
    }
    return before;
  }

  void change(const Change& change) {
    if (change.removed()) return operation("remove", nullptr);
    if (change.fate == Change::Fate::kReplaced) return operation("replace", &change.value);
    change.node->kind == Kind::kMap ? map(change) : list(change);
  }

  void map(const Change& change) {
    for (const auto& child : change.children) {
      // JSON has no duplicate keys: a shadowed entry is not there.
      if (Value(change.node)[child->node->key].node() != child->node) continue;
      const size_t before = enter(child->node->key);
      this->change(*child);
      path_.resize(before);
    }
    for (const auto& [key, value] : change.added) {
      const size_t before = enter(key);
      operation("add", &value);
      path_.resize(before);
    }
  }

  // From front to back, so that what lies behind still has its old distance;
  // `shift` is what the operations so far have moved it by.
  void list(const Change& change) {
    size_t shift = 0;  // modulo 2^64
    auto insertion = change.inserted.begin();
    auto insert_up_to = [&](size_t index) {
      for (; insertion != change.inserted.end() && insertion->index <= index; ++insertion, ++shift) {
        const bool append = insertion->index == change.node->count;
        const size_t before = enter(append ? "-" : std::to_string(insertion->index + shift));
        operation("add", &insertion->value);
        path_.resize(before);
      }
    };
    for (const auto& child : change.children) {
      insert_up_to(child->node->index);
      const size_t before = enter(std::to_string(child->node->index + shift));
      this->change(*child);
      path_.resize(before);
      if (child->removed()) --shift;
    }
    insert_up_to(change.node->count);
  }

  std::string out_, path_;
};

}  // namespace

std::string to_json_patch(Value root, const std::vector<Edit>& edits) {
  return PatchWriter().write(make_plan(root, edits));
}

}  // namespace brokergate
