#include "rules/kafka/startup/broker.h"

#include <algorithm>

#include "rules/kafka/csv.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {

std::optional<std::string_view> Broker::text(std::string_view property) const {
  const auto found = texts.find(property);
  if (found == texts.end() || is_unknown(property)) return std::nullopt;
  return csv::trim(found->second);
}

std::string Broker::raw(std::string_view property) const {
  const auto found = texts.find(property);
  return found == texts.end() ? std::string() : found->second;
}

void Broker::refuse(std::string_view property, std::string_view value, std::string message) {
  Refusal refusal{std::string(property), std::string(value), std::move(message)};
  if (std::find(refused.begin(), refused.end(), refusal) == refused.end()) refused.push_back(std::move(refusal));
}

bool Broker::is_controller(std::string_view listener) const { return controllers->has(listener); }

std::optional<std::vector<Listener>> Broker::told() const {
  if (!controllers || !advertises) return std::nullopt;
  const auto& from = *advertises ? advertised : listeners;
  if (!from) return std::nullopt;
  std::vector<Listener> out = *from;
  if (!*advertises || era.kraft >= Era::Kraft::kShared)
    std::erase_if(out, [&](const Listener& listener) { return is_controller(listener.name); });
  return out;
}

void NameList::add(std::string name) {
  known_.insert(name);
  all_.push_back(std::move(name));
}

NameList names_of(const std::vector<Listener>& listeners) {
  NameList names;
  for (const Listener& listener : listeners)
    if (!names.has(listener.name)) names.add(listener.name);
  return names;
}

std::optional<std::vector<std::string>> strict_list(Broker& broker, std::string_view property, std::string_view text,
                                                    std::string_view wanted) {
  NameList out;
  for (const std::string_view part : split_list(text))
    if (!out.has(part)) out.add(std::string(part));
  const std::string configuration = "Configuration '" + std::string(property) + "'";
  if (out.empty()) {
    broker.refuse(property, configuration + " must not be empty. Valid values include: " + std::string(wanted));
    return std::nullopt;
  }
  if (out.has("")) {
    broker.refuse(property, configuration + " values must not be empty.");
    return std::nullopt;
  }
  return out.all();
}

}  // namespace brokergate::startup
