#include <algorithm>

#include "rules/kafka/startup/broker.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {
namespace {

constexpr std::string_view kRoles = "process.roles";
constexpr std::string_view kNames = "controller.listener.names";

std::string missing(std::string_view property) {
  return "Missing required configuration \"" + std::string(property) + "\" which has no default value.";
}

std::optional<std::vector<std::string>> role_words(Broker& broker, std::string_view text) {
  if (broker.era.lists) return strict_list(broker, kRoles, text, "[broker, controller]");
  std::vector<std::string> words;
  for (const std::string_view word : split_list(text)) words.emplace_back(word);
  return words;
}

// What Scala prints for a list of them: the roles' classes had no text of their own up to 3.3.
std::string printed(const std::vector<std::string>& words, bool classes) {
  std::vector<std::string> out;
  for (const std::string& word : words)
    out.push_back(!classes ? word : word == "broker" ? "BrokerRole" : "ControllerRole");
  return "ArrayBuffer(" + join(out, ", ") + ")";
}

std::optional<Roles> roles_of(Broker& broker) {
  if (!broker.era.roles) return Roles{};
  if (broker.is_unknown(kRoles)) return std::nullopt;
  const auto text = broker.text(kRoles);
  if (!text && broker.era.kraft == Era::Kraft::kOnly) broker.refuse(kRoles, missing(kRoles));
  if (!text) return broker.era.kraft == Era::Kraft::kOnly ? std::nullopt : std::optional(Roles{});
  const auto words = role_words(broker, *text);
  if (!words) return std::nullopt;
  Roles roles;
  bool twice = false;
  for (const std::string& word : *words) {
    if (word != "broker" && word != "controller") {
      broker.refuse(
          kRoles, word,
          "Invalid value " + word + " for configuration process.roles: String must be one of: broker, controller");
      return std::nullopt;
    }
    bool& role = word == "broker" ? roles.broker : roles.controller;
    twice = twice || role;
    role = true;
  }
  if (!twice) return roles;
  broker.refuse(kRoles, "Duplicate role names found in `process.roles`: " + printed(*words, !broker.era.exact_roles));
  return std::nullopt;
}

std::optional<NameList> controllers_of(Broker& broker) {
  NameList names;
  if (!broker.era.roles) return names;
  if (broker.is_unknown(kNames)) return std::nullopt;
  const auto text = broker.text(kNames);
  if (broker.era.lists) {
    if (text) {
      const auto list = strict_list(broker, kNames, *text, "any non-empty value");
      if (!list) return std::nullopt;
      for (const std::string& name : *list) names.add(name);
      return names;
    }
    // Without roles that is all Kafka says.
    if (broker.is_set(kRoles) || broker.is_unknown(kRoles)) broker.refuse(kNames, missing(kNames));
    return std::nullopt;
  }
  const bool none = !text || text->empty();
  // To 3.0 no name was one empty name.
  if (none && broker.era.kraft < Era::Kraft::kStrict) names.add({});
  if (none) return names;
  for (const std::string_view name : broker.era.names_are_list ? split_csv(*text) : split_at(*text, ','))
    names.add(std::string(name));
  return names;
}

}  // namespace

void read_roles(Broker& broker) {
  broker.roles = roles_of(broker);
  broker.controllers = controllers_of(broker);
}

}  // namespace brokergate::startup
