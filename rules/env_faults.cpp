#include "rules/env_faults.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "rules/kafka/facts.h"
#include "rules/text.h"

namespace brokergate {
namespace {

using Reader = EnvFault::Reader;
using Kind = EnvFault::Kind;

constexpr std::string_view kNameChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

bool is_name(std::string_view text) {
  return !text.empty() && (text[0] < '0' || text[0] > '9') && text.find_first_not_of(kNameChars) == text.npos;
}

// A manifest that was made to hurt may hold any number.
constexpr size_t kMostFaults = 50, kMostMoved = 20;

// A text cut at what Kubernetes and a shell would replace.
struct Reference {
  std::string_view text;  // as written
  std::string_view name;  // $(NAME) only
  bool shell = false;
};

// ${NAME}, ${NAME##*-}, ${NAME:-x}. ${file:/etc/x:key} is for Kafka's config providers.
bool shell_parameter(std::string_view inside) {
  const size_t end = std::min(inside.find_first_not_of(kNameChars), inside.size());
  if (!is_name(inside.substr(0, end))) return false;
  const std::string_view rest = inside.substr(end);
  if (rest.empty() || rest[0] != ':') return rest.empty() || std::string_view("#%/^,-+=?[").find(rest[0]) != rest.npos;
  return rest.size() > 1 && (std::string_view("-+=?").find(rest[1]) != rest.npos || (rest[1] >= '0' && rest[1] <= '9'));
}

std::vector<Reference> references(std::string_view text) {
  std::vector<Reference> out;
  bool closed[2] = {true, true};  // one more ) or } stands ahead: looked for once
  for (size_t at = text.find('$'); at != text.npos && at + 1 < text.size(); at = text.find('$', at)) {
    const char next = text[at + 1];
    const bool brace = next == '{';
    const size_t close = (brace || next == '(') && closed[brace] ? text.find(brace ? '}' : ')', at + 2) : text.npos;
    if (close == text.npos) {
      if (brace || next == '(') closed[brace] = false;
      at += 2;  // $$ stands for $
      continue;
    }
    const std::string_view whole = text.substr(at, close + 1 - at), inside = text.substr(at + 2, close - at - 2);
    if (brace) {
      if (shell_parameter(inside)) out.push_back({whole, {}, true});
    } else if (is_name(inside)) {
      out.push_back({whole, inside, false});
    } else if (inside.find_first_of(" \t|(") != inside.npos) {
      out.push_back({whole, {}, true});
    }
    at = close + 1;
  }
  const size_t tick = text.find('`');
  const size_t end = tick == text.npos ? tick : text.find('`', tick + 1);
  if (end != text.npos) out.push_back({text.substr(tick, end + 1 - tick), {}, true});
  return out;
}

// Variables of Services: <SVC>_SERVICE_HOST, <SVC>_SERVICE_PORT, <SVC>_PORT_….
bool may_be_link(const KubeletEnv& env, std::string_view name) {
  return env.service_links && (name.find("_SERVICE_") != name.npos || name.find("_PORT") != name.npos);
}

class Container {
 public:
  explicit Container(const BrokerSet& set) : set_(set), env_(set.facts->process.env) {
    for (size_t i = 0; i < env_.entries.size(); ++i) {
      const auto [first, added] = first_.try_emplace(env_.entries[i].name, i);
      if (!added) twice_.try_emplace(env_.entries[i].name, first->second);
      last_[env_.entries[i].name] = i;
    }
    for (const Setting& setting : set.facts->settings.of)
      for (const Place& place : setting.shadowed) shadowed_.insert(place.node.node());
    if (set.facts->process.script)
      for (const shell::Assignment& one : set.facts->process.shell.assignments) assigned_.insert(one.name);
  }

  // The faults of one value; `at` its place among the entries.
  std::optional<EnvFault> fault(size_t at) const {
    const EnvEntry& entry = env_.entries[at];
    const std::string_view text = entry.value_node.scalar();
    // Nobody expands what a ConfigMap gives; Kafka is asked about it.
    if (text.find_first_of("$`") == text.npos || entry.config_map) return std::nullopt;
    const Reader reader = reader_of(entry, at);
    EnvFault out;
    out.at = entry.value_node;
    out.index = entry.entry->index;
    out.reader = reader;
    bool found = false;
    const auto see = [&](Kind kind, std::string_view what) {
      if (found && kind >= out.kind) return;
      found = true;
      out.kind = kind;
      out.text = what;
    };
    for (const Reference& one : references(text)) {
      if (one.shell) {
        if (evaluates_nothing() && reader != Reader::kUnknown) see(Kind::kShell, one.text);
        continue;
      }
      const auto declared = first_.find(one.name);
      if (declared != first_.end() && declared->second < at) continue;
      if (env_.possible_source(one.name) || may_be_link(env_, one.name)) continue;
      if (declared != first_.end() && declared->second > at) {
        see(Kind::kLater, one.text);
        out.declared.push_back(declared->second);
      } else if (declared == first_.end() && evaluates_nothing() && reader != Reader::kUnknown) {
        see(Kind::kNever, one.text);
      }
    }
    if (!found || (dead(entry, at) && reader == Reader::kUnknown)) return std::nullopt;
    return out;
  }

  bool declared_once(std::string_view name) const { return !twice_.contains(name); }

 private:
  // A script or a program that the manifest does not show may put a shell's eyes on any value.
  bool evaluates_nothing() const {
    const ProcessStart& process = set_.facts->process;
    return starts_broker(process.entry) && process.certain && (!process.parsed || process.parsed->names_all);
  }

  // Something else sets the variable after this value.
  bool dead(const EnvEntry& entry, size_t at) const {
    const ProcessStart& process = set_.facts->process;
    if (last_.at(entry.name) != at || process.prefix.takes_away(entry.name)) return true;
    if (assigned_.contains(entry.name)) return true;
    return shadowed_.contains(entry.value_node.node());
  }

  Reader reader_of(const EnvEntry& entry, size_t at) const {
    if (dead(entry, at)) return Reader::kUnknown;
    const Settings& settings = set_.facts->settings;
    for (const Setting& setting : settings.of) {
      if (setting.node == entry.value_node && setting.by == Setting::By::kEnv) return Reader::kListeners;
    }
    const std::string_view name = entry.name;
    if (name.ends_with("_OPTS") || name.ends_with("_COMMAND") || name.find("LOG4J") != name.npos)
      return Reader::kUnknown;
    switch (set_.facts->process.entry) {
      case Entry::kConfluentRun:
      case Entry::kApacheRun:
      case Entry::kWurstmeister:
        return name.starts_with("KAFKA_") ? Reader::kSetting : Reader::kUnknown;
      case Entry::kBitnamiRun:
        return name.starts_with("KAFKA_CFG_") && settings.mechanics == Mechanics::kBitnami ? Reader::kSetting
                                                                                           : Reader::kUnknown;
      default:
        return Reader::kUnknown;
    }
  }

  const BrokerSet& set_;
  const KubeletEnv& env_;
  std::unordered_map<std::string_view, size_t> first_, last_, twice_;
  std::unordered_set<std::string_view> assigned_;
  std::unordered_set<const Node*> shadowed_;  // values in whose place another one counts
};

std::optional<Literal> literal_of(Value value) {
  switch (value.kind()) {
    case brokergate::Kind::kString:
      return Literal(value.str());
    case brokergate::Kind::kBool:
      return Literal(value.as_bool().value_or(false));
    case brokergate::Kind::kInt:
      if (const auto number = value.as_int()) return Literal(*number);
      return std::nullopt;
    case brokergate::Kind::kMap: {
      LiteralMap map;
      for (const Node& child : value.children()) {
        auto inner = literal_of(&child);
        if (!inner) return std::nullopt;
        map.emplace_back(std::string(child.key), std::move(*inner));
      }
      return Literal(std::move(map));
    }
    default:
      return std::nullopt;
  }
}

bool any_reference(const BrokerSet& set) {
  const auto& entries = set.facts->process.env.entries;
  return std::any_of(entries.begin(), entries.end(), [](const EnvEntry& entry) {
    return entry.value_node && !entry.config_map &&
           entry.value_node.scalar().find_first_of("$`") != std::string_view::npos;
  });
}

}  // namespace

std::vector<EnvFault> env_faults(const BrokerSet& set) {
  std::vector<EnvFault> out;
  if (!any_reference(set)) return out;
  const Container container(set);
  for (size_t i = 0; i < set.facts->process.env.entries.size() && out.size() < kMostFaults; ++i)
    if (auto fault = container.fault(i)) out.push_back(std::move(*fault));
  return out;
}

std::vector<Edit> reorder(const BrokerSet& set, const EnvFault& fault) {
  std::vector<Edit> out;
  const Container container(set);
  const auto& entries = set.facts->process.env.entries;
  std::vector<size_t> moved = fault.declared;
  std::sort(moved.begin(), moved.end());
  moved.erase(std::unique(moved.begin(), moved.end()), moved.end());
  if (moved.size() > kMostMoved) return {};
  for (const size_t at : moved) {
    const EnvEntry& entry = entries[at];
    // One that leans on others itself may need those moved as well.
    const bool plain = !entry.value_node || entry.value_node.scalar().find('$') == std::string_view::npos;
    auto literal = plain && container.declared_once(entry.name) ? literal_of(entry.entry) : std::nullopt;
    if (!literal) return {};
    size_t before = fault.index;
    for (const EnvEntry& user : entries) {
      if (user.entry->index >= before) break;
      if (user.value_node.scalar().find(cat("$(", entry.name, ")")) == std::string_view::npos) continue;
      before = user.entry->index;
      break;
    }
    Edit& insert = out.emplace_back();
    insert.op = Edit::Op::kInsert;
    insert.target = entry.entry->parent;
    insert.index = before;
    insert.value = std::move(*literal);
    insert.reason = "a variable stands before those that use it";
    Edit& remove = out.emplace_back();
    remove.op = Edit::Op::kRemove;
    remove.target = entry.entry.node();
    remove.reason = "moved up";
  }
  return out;
}

}  // namespace brokergate
