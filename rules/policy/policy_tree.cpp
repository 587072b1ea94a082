#include "rules/policy/policy_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <sstream>

namespace brokergate {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;  // a ConfigMap holds no more
constexpr size_t kMaxNodes = 100'000;
constexpr size_t kMaxDepth = 64;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_of_class(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// YAML 1.1's resolution of a plain scalar, as go-yaml v2 (and so kubectl) has it.
PolicyNode::Type plain_type(std::string_view text) {
  using Type = PolicyNode::Type;
  if (is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No",
                       "NO",   "on",   "On",   "ON",    "off",   "Off",   "OFF", "y",   "Y",   "n",  "N"})) {
    return Type::kBool;
  }
  std::string_view digits = text;
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  if (digits.empty()) return Type::kString;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    return all_of_class(digits.substr(2), "0123456789abcdefABCDEF_") ? Type::kInt : Type::kString;
  }
  if (all_of_class(digits, "0123456789_") && digits.front() != '_') return Type::kInt;
  if (is_one_of(digits, {".inf", ".Inf", ".INF"}) || is_one_of(text, {".nan", ".NaN", ".NAN"})) return Type::kFloat;
  // digits with one dot and perhaps an exponent
  const size_t exponent = digits.find_first_of("eE");
  const std::string_view mantissa = digits.substr(0, exponent);
  std::string_view power = exponent == std::string_view::npos ? "0" : digits.substr(exponent + 1);
  if (!power.empty() && (power.front() == '-' || power.front() == '+')) power.remove_prefix(1);
  if (all_of_class(mantissa, "0123456789._") && mantissa.find_first_of("0123456789") != std::string_view::npos &&
      mantissa.front() != '_' && std::count(mantissa.begin(), mantissa.end(), '.') <= 1 &&
      all_of_class(power, "0123456789")) {
    return Type::kFloat;
  }
  return Type::kString;
}

// Offset of the first byte that is no UTF-8 text (NUL included), or npos.
size_t first_bad_byte(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(i);
    if (lead == 0) return i;
    size_t length = 1;
    if (lead >= 0x80) {
      length = lead >= 0xc2 && lead <= 0xdf   ? 2
               : lead >= 0xe0 && lead <= 0xef ? 3
               : lead >= 0xf0 && lead <= 0xf4 ? 4
                                              : 0;
      if (length == 0 || i + length > text.size()) return i;
      for (size_t k = 1; k < length; ++k) {
        if ((byte(i + k) & 0xc0) != 0x80) return i;
      }
      if ((lead == 0xe0 && byte(i + 1) < 0xa0) || (lead == 0xed && byte(i + 1) > 0x9f) ||
          (lead == 0xf0 && byte(i + 1) < 0x90) || (lead == 0xf4 && byte(i + 1) > 0x8f)) {
        return i;
      }
    }
    i += length;
  }
  return std::string_view::npos;
}

// Thrown through yaml-cpp to stop it; caught in read_policy_tree.
struct Stop {
  PolicyError error;
};

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const Source& source) : source_(source) {
    const std::string_view text = source.text();
    line_starts_.push_back(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      line_starts_.push_back(at + 1);
    }
  }

  PolicyTree tree;
  bool saw_content = false;
  Position start;

  // yaml-cpp counts from 0, in bytes, and may point past the end.
  Position position(const YAML::Mark& mark) const {
    if (mark.is_null() || mark.line < 0) return {};
    const std::string_view text = source_.text();
    const size_t line = std::min(static_cast<size_t>(mark.line), line_starts_.size() - 1);
    const size_t end = line + 1 < line_starts_.size() ? line_starts_[line + 1] : text.size();
    const size_t stop = std::min(line_starts_[line] + static_cast<size_t>(std::max(mark.column, 0)), end);
    // Marks come in order, nearly: counting goes on from the last one, or a long line would cost its square.
    if (line != last_.line || stop < last_.offset) last_ = {line, line_starts_[line], 1};
    for (; last_.offset < stop; ++last_.offset) {
      last_.column += (static_cast<unsigned char>(text[last_.offset]) & 0xc0) != 0x80 ? 1 : 0;
    }
    return {static_cast<uint32_t>(line + 1), last_.column};
  }

  void OnDocumentStart(const YAML::Mark& mark) override { start = position(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { finish(make(mark, anchor)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) stop(mark, "the alias names an anchor that is not known");
    if (std::find(open_.begin(), open_.end(), found->second) != open_.end()) {
      stop(mark, "the alias lies inside the value that it names");
    }
    saw_content = true;
    add(found->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    PolicyNode* node = make(mark, anchor);
    node->kind = PolicyNode::Kind::kScalar;
    node->text = value;
    if (tag == "?" || tag.empty()) {
      node->type = plain_type(value);
    } else if (tag != "!" && tag != "tag:yaml.org,2002:str") {
      const bool standard =
          is_one_of(tag, {"tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:float"});
      if (!standard) stop(mark, "the tag " + tag.substr(0, 80) + " is not one a policy knows");
      node->type = plain_type(value);
    }
    saw_content = true;
    finish(node);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, PolicyNode::Kind::kSeq);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, PolicyNode::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

 private:
  [[noreturn]] void stop(const YAML::Mark& mark, std::string message) const {
    throw Stop{{position(mark), std::move(message)}};
  }

  PolicyNode* make(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (tree.nodes.size() >= kMaxNodes) {
      stop(mark, "the policy has more than " + std::to_string(kMaxNodes) + " values");
    }
    PolicyNode* node = &tree.nodes.emplace_back();
    node->position = position(mark);
    if (anchor != 0) anchors_[anchor] = node;
    return node;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, PolicyNode::Kind kind) {
    if (open_.size() >= kMaxDepth) stop(mark, "the policy is nested deeper than " + std::to_string(kMaxDepth));
    PolicyNode* node = make(mark, anchor);
    node->kind = kind;
    saw_content = true;
    open_.push_back(node);
  }

  void close() {
    PolicyNode* node = open_.back();
    open_.pop_back();
    finish(node);
  }

  void finish(PolicyNode* node) { add(node); }

  void add(PolicyNode* node) {
    if (++links_ > kMaxNodes) {
      stop(YAML::Mark::null_mark(), "the policy has more than " + std::to_string(kMaxNodes) + " values");
    }
    if (open_.empty()) {
      tree.root = node;
      return;
    }
    PolicyNode* parent = open_.back();
    if (parent->is_map() && parent->keys.size() == parent->items.size()) {
      parent->keys.push_back(node);
    } else {
      parent->items.push_back(node);
    }
  }

  const Source& source_;
  std::vector<size_t> line_starts_;
  struct Counted {
    size_t line = static_cast<size_t>(-1), offset = 0;
    uint32_t column = 1;
  };
  mutable Counted last_;
  std::vector<PolicyNode*> open_;
  std::map<YAML::anchor_t, PolicyNode*> anchors_;
  size_t links_ = 0;
};

PolicyError error_of(const YAML::Exception& exception, const Builder& builder) {
  std::string message = exception.msg;
  if (message == "bad file") message = "the policy is nested too deeply";
  return {builder.position(exception.mark), "this is not YAML: " + message};
}

}  // namespace

tl::expected<PolicyTree, PolicyError> read_policy_tree(const Source& source) {
  const std::string_view text = source.text();
  if (text.size() > kMaxBytes) {
    return tl::unexpected(PolicyError{
        {},
        "the policy has " + std::to_string(text.size()) + " bytes; a policy has at most " + std::to_string(kMaxBytes)});
  }
  if (const size_t bad = first_bad_byte(text); bad != std::string_view::npos) {
    return tl::unexpected(PolicyError{
        source.position(bad), text[bad] == '\0' ? "the policy has a NUL byte" : "the policy is not UTF-8 text"});
  }
  Builder builder(source);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || !builder.saw_content) {
      return tl::unexpected(PolicyError{
          {1, 1}, "the policy is empty; wanted apiVersion: brokergate.io/v1alpha1, kind: ExternalAccessPolicy"});
    }
    // One more step, never a loop: on some broken texts yaml-cpp 0.7 reports one
    // empty document after the other for ever.
    Builder rest(source);
    if (parser.HandleNextDocument(rest)) {
      return tl::unexpected(
          PolicyError{rest.start, rest.saw_content ? "a policy file holds one document; this is a second one"
                                                   : "this is not YAML: the text after the policy cannot be read"});
    }
  } catch (const Stop& stop) {
    return tl::unexpected(stop.error);
  } catch (const YAML::Exception& exception) {
    return tl::unexpected(error_of(exception, builder));
  } catch (const std::exception& exception) {
    return tl::unexpected(PolicyError{{}, std::string("the policy cannot be read: ") + exception.what()});
  }
  return std::move(builder.tree);
}

}  // namespace brokergate
