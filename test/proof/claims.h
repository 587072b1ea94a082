// What the program says: inspect's JSON and mutate's output.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace proof {

struct Claim {
  std::optional<std::string> value;  // nullopt with `unknown` empty: unset
  std::string unknown;
};

struct ClaimedBroker {
  long ordinal = 0;
  std::string pod;
  std::map<std::string, Claim> properties;
};

struct ClaimedSet {
  std::string ns, name, form;
  std::vector<ClaimedBroker> brokers;
};

// `program`: the path of brokergate.
std::vector<ClaimedSet> inspect(const std::string& program, const std::string& file);
// Standard output; an empty one when the program could not run.
std::string mutate(const std::string& program, const std::string& file, const std::string& domain);
std::string read_file(const std::string& file);

}  // namespace proof
