#include "webhook/watch/reduce.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

namespace brokergate::webhook::watch {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// What the engine's own reader takes, less the levels around an object in an event.
constexpr size_t kDeepest = 250;
constexpr size_t kLongestMessage = 500;
constexpr size_t kKeptBytes = size_t{1} << 20;
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

std::optional<element> member(const std::optional<object>& from, std::string_view key) {
  element out;
  if (!from || from->at_key(key).get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<object> object_in(const std::optional<object>& from, std::string_view key) {
  const auto found = member(from, key);
  object out;
  return found && found->get(out) == simdjson::SUCCESS ? std::optional(out) : std::nullopt;
}

std::string_view text_in(const std::optional<object>& from, std::string_view key) {
  const auto found = member(from, key);
  std::string_view out;
  return found && found->get(out) == simdjson::SUCCESS ? out : std::string_view();
}

void quote(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// The members of one object, written one after the other, and end(). That is no destructor's: there may be no memory
// for it.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) { out_ += '{'; }

  std::string& key(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    quote(key, out_);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { quote(value, key(name)); }
  // Those of the members that are there.
  Writer& copy(const std::optional<object>& from, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      if (const auto found = member(from, name)) key(name) += simdjson::to_string(*found);
    }
    return *this;
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void write_annotations(const std::optional<object>& metadata, Writer& out) {
  const auto annotations = object_in(metadata, "annotations");
  if (!annotations) return;
  Writer kept(out.key("annotations"));
  for (const auto& [name, value] : *annotations) {
    std::string_view text;
    if (name == kLastApplied || value.get(text) != simdjson::SUCCESS || text.size() > kLongestAnnotation) continue;
    kept.text(name, text);
  }
  kept.end();
}

void write_node(const std::optional<object>& node, Writer& out) {
  Writer(out.key("metadata")).copy(object_in(node, "metadata"), {"name", "labels"}).end();
  Writer(out.key("spec")).copy(object_in(node, "spec"), {"taints", "unschedulable"}).end();
  Writer(out.key("status")).copy(object_in(node, "status"), {"addresses"}).end();
}

void write_metadata(const std::optional<object>& from, Writer& out) {
  Writer kept(out.key("metadata"));
  kept.copy(from, {"name", "namespace", "uid", "labels"});
  write_annotations(from, kept);
  kept.copy(from, {"generation", "deletionTimestamp", "ownerReferences"}).end();
}

void write_members(Resource resource, const std::optional<object>& from, Writer& out) {
  out.text("apiVersion", info(resource).api_version);
  out.text("kind", info(resource).kind);
  if (resource == Resource::kNodes) return write_node(from, out);
  write_metadata(object_in(from, "metadata"), out);
  if (resource == Resource::kConfigMaps) {
    out.copy(from, {"data", "binaryData", "immutable"});
    return;
  }
  out.copy(from, {"spec"});
  const auto balancer = object_in(object_in(from, "status"), "loadBalancer");
  if (resource != Resource::kServices || !member(balancer, "ingress")) return;
  Writer status(out.key("status"));
  Writer(status.key("loadBalancer")).copy(balancer, {"ingress"}).end();
  status.end();
}

void write_object(Resource resource, const std::optional<object>& from, std::string& text) {
  Writer out(text);
  write_members(resource, from, out);
  out.end();
}

// Control characters out: it goes to a terminal or log.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, kLongestMessage));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

}  // namespace

struct Reducer::Impl {
  explicit Impl(Resource wanted) : resource(wanted) {}

  std::optional<object> parse(std::string_view text) {
    if (!parser || (parser->capacity() > kKeptBytes && text.size() < kKeptBytes / 4)) {
      parser = std::make_unique<simdjson::dom::parser>();
      if (parser->allocate(std::max<size_t>(text.size(), 65536), kDeepest) != simdjson::SUCCESS) return std::nullopt;
    }
    object out;
    if (parser->parse(text.data(), text.size()).get(out) != simdjson::SUCCESS) return std::nullopt;
    return out;
  }

  std::optional<Item> reduce(const std::optional<object>& from, bool with_text) const {
    const auto metadata = object_in(from, "metadata");
    Item out{std::string(text_in(metadata, "namespace")),
             std::string(text_in(metadata, "name")),
             std::string(text_in(metadata, "resourceVersion")),
             {}};
    if (out.name.empty() || out.ns.empty() == info(resource).namespaced) return std::nullopt;
    if (with_text) {
      write_object(resource, from, out.json);
      out.json.shrink_to_fit();
    }
    return out;
  }

  static Event status(const std::optional<object>& from) {
    Event out;
    const auto code = member(from, "code");
    int64_t number = 0;
    if (code && code->get(number) == simdjson::SUCCESS && number >= 0 && number < 1000) {
      out.code = static_cast<int>(number);
    }
    out.message = shown(text_in(from, "message"));
    return out;
  }

  Resource resource;
  std::unique_ptr<simdjson::dom::parser> parser;
};

Reducer::Reducer(Resource resource) : impl_(std::make_unique<Impl>(resource)) {}
Reducer::~Reducer() = default;

std::optional<Item> Reducer::item(std::string_view text) { return impl_->reduce(impl_->parse(text), true); }

std::optional<Event> Reducer::event(std::string_view line) {
  constexpr std::array<std::string_view, 5> kTypes = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
  const auto root = impl_->parse(line);
  const auto* type = std::find(kTypes.begin(), kTypes.end(), text_in(root, "type"));
  const auto from = object_in(root, "object");
  if (type == kTypes.end() || !from) return std::nullopt;
  Event out;
  out.type = static_cast<EventType>(type - kTypes.begin());
  if (out.type == EventType::kError) return Impl::status(from);
  if (out.type == EventType::kBookmark) {
    out.item.version = text_in(object_in(from, "metadata"), "resourceVersion");
  } else {
    auto item = impl_->reduce(from, out.type != EventType::kDeleted);
    if (!item) return std::nullopt;
    out.item = std::move(*item);
  }
  // A watch cannot go on without the place it has reached.
  if (out.item.version.empty()) return std::nullopt;
  return out;
}

std::optional<ListMeta> Reducer::list_meta(std::string_view metadata) {
  const auto from = impl_->parse(metadata);
  ListMeta out{std::string(text_in(from, "resourceVersion")), std::string(text_in(from, "continue"))};
  return out.version.empty() ? std::nullopt : std::optional(std::move(out));
}

Event Reducer::status(std::string_view text) { return Impl::status(impl_->parse(text)); }

}  // namespace brokergate::webhook::watch
