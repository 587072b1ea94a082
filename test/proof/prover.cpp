#include "test/proof/prover.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace proof {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDomain = "proof.example.net";
constexpr const char* kProperties[] = {"advertised.listeners",       "listeners", "listener.security.protocol.map",
                                       "inter.broker.listener.name", "broker.id", "node.id"};

const YAML::Node find_set(const std::vector<YAML::Node>& objects, const ClaimedSet& claimed) {
  for (const YAML::Node& object : objects) {
    if (text_of(object["kind"]) == "StatefulSet" && text_of(object["metadata"]["name"]) == claimed.name &&
        text_of(object["metadata"]["namespace"]) == claimed.ns) {
      return object;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

std::vector<std::string> manifests_below(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::string extension = entry.path().extension().string();
    if (entry.is_regular_file() && (extension == ".yaml" || extension == ".yml") &&
        read_file(entry.path().string()).find("StatefulSet") != std::string::npos) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The names of ConfigMaps that appear anywhere below `node`.
void named_config_maps(const YAML::Node& node, std::set<std::string>& names) {
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) named_config_maps(item, names);
  }
  if (!node.IsMap()) return;
  for (const auto& entry : node) {
    std::string key = text_of(entry.first);
    if ((key == "configMap" || key == "configMapRef" || key == "configMapKeyRef") && entry.second.IsMap()) {
      names.insert(text_of(entry.second["name"]));
    }
    named_config_maps(entry.second, names);
  }
}

// The files beside `file` that hold ConfigMaps which it names and does not hold.
std::vector<std::string> companions(const std::string& file) {
  std::vector<std::string> found;
  try {
    std::set<std::string> wanted;
    std::vector<YAML::Node> objects = objects_of(read_file(file));
    for (const YAML::Node& object : objects) named_config_maps(object, wanted);
    for (const YAML::Node& object : objects) {
      if (text_of(object["kind"]) == "ConfigMap") wanted.erase(text_of(object["metadata"]["name"]));
    }
    if (wanted.empty()) return found;
    for (const auto& entry : fs::directory_iterator(fs::path(file).parent_path())) {
      std::string extension = entry.path().extension().string(), path = entry.path().string();
      if (path == file || (extension != ".yaml" && extension != ".yml")) continue;
      std::string text = read_file(path);
      if (text.find("ConfigMap") == std::string::npos) continue;
      for (const YAML::Node& object : objects_of(text)) {
        if (text_of(object["kind"]) != "ConfigMap" || wanted.erase(text_of(object["metadata"]["name"])) == 0) continue;
        found.push_back(path);
        break;
      }
    }
  } catch (const YAML::Exception&) {
    // Such a file is told of when it is proved.
  }
  return found;
}

}  // namespace

std::string summary(const Tally& tally) {
  std::string text = std::to_string(tally.files) + " files, " + std::to_string(tally.pods) + " pods, " +
                     std::to_string(tally.compared) + " settings compared, " + std::to_string(tally.unknown) +
                     " called unknown, " + std::to_string(tally.refused) + " pods refused by their image, " +
                     std::to_string(tally.not_reached) + " not reached, " + std::to_string(tally.changed_sets) +
                     " sets changed, " + std::to_string(tally.own_names) + " own names, " +
                     std::to_string(tally.unreadable) + " files not readable here, " +
                     std::to_string(tally.problems.size()) + " problems";
  for (const std::string& problem : tally.problems) text += "\n" + problem;
  return text;
}

void Prover::check_pod(const ClaimedSet& set, const ClaimedBroker& broker, const Broker& real,
                       const std::string& what) {
  for (const char* name : kProperties) {
    auto claim = broker.properties.find(name);
    auto value = real.properties.find(name);
    bool has_claim = claim != broker.properties.end() && claim->second.value;
    if (claim != broker.properties.end() && !has_claim && !claim->second.unknown.empty()) {
      ++tally_.unknown;
      tally_.unclaimed.push_back(what + ", pod " + broker.pod + ": " + name + " is called unknown (" +
                                 claim->second.unknown + "), really is " +
                                 (value != real.properties.end() ? readable(value->second) : "(unset)"));
      continue;
    }
    // What the image sets by itself is not seen here; of an unknown form not
    // everything is listed.
    if (!has_claim && (value == real.properties.end() || set.form == "unknown-form")) continue;
    ++tally_.compared;
    std::string claimed = has_claim ? *claim->second.value : "(unset)";
    std::string really = value != real.properties.end() ? readable(value->second) : "(unset)";
    if (claimed == really) continue;
    tally_.problems.push_back(what + ", " + set.form + ", pod " + broker.pod + ": " + name + " is claimed to be " +
                              claimed + ", but really is " + really);
  }
}

Prover::Advertised Prover::check_claims(const std::string& file, const std::string& what) {
  Advertised advertised;
  std::vector<YAML::Node> objects;
  try {
    objects = objects_of(read_file(file));
  } catch (const YAML::Exception&) {
    // Broken on purpose, or beyond the reader used here.
    ++tally_.unreadable;
    return advertised;
  }
  for (const ClaimedSet& claimed : inspect(program_, file)) {
    YAML::Node set = find_set(objects, claimed);
    if (!set || claimed.form == "operator-owned") continue;
    for (const ClaimedBroker& broker : claimed.brokers) {
      Pod pod{broker.pod, claimed.ns.empty() ? kNamespace : claimed.ns, broker.ordinal, set};
      ++tally_.pods;
      Outcome outcome = root_.start(pod, objects);
      const auto& real = outcome.broker;
      if (!real) {
        ++tally_.not_reached;
        tally_.without.push_back(what + ", pod " + broker.pod + ": " + outcome.why);
        bool claims = std::any_of(broker.properties.begin(), broker.properties.end(),
                                  [](const auto& one) { return one.second.value.has_value(); });
        if (claimed.form != "unknown-form" && claims) {
          tally_.problems.push_back(what + ", pod " + broker.pod + ": " + outcome.why);
        }
      } else if (!real->started) {
        // The image's script ends here: there is no broker to compare with.
        ++tally_.refused;
        tally_.without.push_back(what + ", pod " + broker.pod + ": refused: " + real->refusal);
        advertised[claimed.ns + "/" + claimed.name][broker.pod] = "(refused) " + real->refusal;
      } else {
        check_pod(claimed, broker, *real, what);
        auto value = real->properties.find("advertised.listeners");
        if (value != real->properties.end()) advertised[claimed.ns + "/" + claimed.name][broker.pod] = value->second;
      }
    }
  }
  return advertised;
}

// Each pod of a changed set has a name of its own below the domain.
void Prover::check_own_names(const std::string& set, const std::map<std::string, std::string>& pods,
                             const std::string& what) {
  ++tally_.changed_sets;
  for (const auto& [pod, listeners] : pods) {
    ++tally_.own_names;
    if (listeners.find("://" + pod + "." + kDomain + ":") == std::string::npos) {
      tally_.problems.push_back(what + ", pod " + pod + " of " + set + " has no name of its own: " + listeners);
    }
  }
}

void Prover::prove(const std::string& file, const std::string& name) {
  ++tally_.files;
  Advertised before = check_claims(file, name);
  std::string changed = mutate(program_, file, kDomain);
  if (changed.empty() || changed == read_file(file)) return;
  fs::path copy = root_.path() / ("changed-" + fs::path(file).filename().string());
  std::ofstream(copy, std::ios::binary) << changed;
  std::string what = name + " after mutate";
  for (const auto& [set, pods] : check_claims(copy.string(), what)) {
    if (before[set] != pods) check_own_names(set, pods, what);
  }
  fs::remove(copy);
}

Tally Prover::prove_all(const std::string& folder) {
  tally_ = {};
  for (const std::string& file : manifests_below(folder)) {
    prove(file, file);
    std::vector<std::string> beside = companions(file);
    if (beside.empty()) continue;
    fs::path bundle = root_.path() / fs::path(file).filename();
    std::ofstream out(bundle, std::ios::binary);
    out << read_file(file);
    for (const std::string& one : beside) out << "\n---\n" << read_file(one);
    out.close();
    prove(bundle.string(), file + " and its ConfigMaps");
    fs::remove(bundle);
  }
  return tally_;
}

}  // namespace proof
