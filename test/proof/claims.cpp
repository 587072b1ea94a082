#include "test/proof/claims.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "test/proof/shell.h"

namespace proof {

std::string read_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<ClaimedSet> inspect(const std::string& program, const std::string& file) {
  std::string text = output_of(shell_quoted(program) + " inspect -o json " + shell_quoted(file) + " 2>/dev/null").first;
  nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  std::vector<ClaimedSet> sets;
  if (!document.is_object()) return sets;
  auto text_at = [](const nlohmann::json& object, const char* key) {
    auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  for (const auto& set : document["brokerSets"]) {
    ClaimedSet claimed;
    claimed.ns = text_at(set["object"], "namespace");
    claimed.name = text_at(set["object"], "name");
    claimed.form = text_at(set, "form");
    for (const auto& broker : set["brokers"]) {
      ClaimedBroker one;
      one.ordinal = broker.value("ordinal", 0L);
      one.pod = text_at(broker, "pod");
      for (const auto& [name, property] : broker["properties"].items()) {
        Claim claim;
        if (property["value"].is_string()) claim.value = property["value"].get<std::string>();
        claim.unknown = text_at(property, "unknown");
        one.properties[name] = claim;
      }
      claimed.brokers.push_back(std::move(one));
    }
    sets.push_back(std::move(claimed));
  }
  return sets;
}

std::string mutate(const std::string& program, const std::string& file, const std::string& domain) {
  return output_of(shell_quoted(program) + " mutate --domain " + domain + " " + shell_quoted(file) + " 2>/dev/null")
      .first;
}

}  // namespace proof
