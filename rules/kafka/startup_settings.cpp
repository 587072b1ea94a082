#include "rules/kafka/startup_settings.h"

#include <algorithm>

#include "rules/kafka/csv.h"
#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

// To 2.8 only; the start script of Confluent's image does not let them through.
constexpr std::string_view kOldNames[] = {"advertised.host.name", "advertised.port", "host.name", "port"};

// A property that nothing sets is not set: the image has no file of its own below.
bool unset_is_unset(const Settings& settings) {
  if (!settings.doubt.empty() || !settings.unreadable.empty()) return false;
  return settings.mechanics == Mechanics::kConfluent || settings.mechanics == Mechanics::kApache ||
         settings.mechanics == Mechanics::kFile;
}

// ${provider:…}, which Kafka replaces when config.providers is set.
bool holds_reference(std::string_view value) {
  for (size_t at = 0; (at = value.find("${", at)) != value.npos; ++at) {
    const size_t end = value.find('}', at);
    if (end != value.npos && value.substr(at, end - at).find(':') != value.npos) return true;
  }
  return false;
}

// A list of more is not written by anybody, and judging it would take long.
constexpr size_t kLongest = 8192;

bool arrives_as_written(std::string_view value) {
  const auto plain = [](char c) { return c != '\\' && c != '\n' && c != '\r' && static_cast<unsigned char>(c) < 0x80; };
  return value.size() <= kLongest && std::all_of(value.begin(), value.end(), plain) && !holds_reference(value);
}

}  // namespace

StartupSettings startup_settings(const Settings& settings) {
  StartupSettings out;
  const bool certain = unset_is_unset(settings);
  for (size_t i = 0; i < kKeys; ++i) {
    const Setting& setting = settings.of[i];
    if (!setting.set && setting.by != Setting::By::kUnreadable && certain) continue;
    const Key key = static_cast<Key>(i);
    std::string name(property_name(key));
    // Commas alone do not make a list one that is not judged.
    const bool long_list = setting.value.size() > kLongest && is_list(key);
    const std::string shorter = long_list ? csv::without_repeated_blanks(setting.value) : std::string();
    const std::string& judged = long_list ? shorter : setting.value;
    if (!setting.set || setting.value.empty() || !settings.doubt.empty() || has_unknown(setting.value) ||
        !arrives_as_written(judged)) {
      out.unknown.insert(std::move(name));
    } else {
      out.texts.emplace(std::move(name), display(judged));
    }
  }
  if (!certain || settings.mechanics == Mechanics::kFile)
    for (const std::string_view name : kOldNames) out.unknown.emplace(name);
  return out;
}

const Setting* setting_of(const Settings& settings, std::string_view property) {
  for (size_t i = 0; i < kKeys; ++i) {
    if (property_name(static_cast<Key>(i)) == property) return &settings.of[i];
  }
  return nullptr;
}

}  // namespace brokergate
