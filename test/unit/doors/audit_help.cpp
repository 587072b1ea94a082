#include "audit_help.h"

#include <algorithm>

#include "brokergate/object.h"

namespace brokergate::test {

using nlohmann::json;

std::vector<json> objects_in(const std::string& text) {
  std::vector<json> out;
  ReadResult result = read(std::make_shared<const Source>("x", text));
  for (Document& document : result.documents) {
    for (const Object& object : objects_of(std::make_shared<const Document>(std::move(document))))
      out.push_back(json::parse(to_json(object.root)));
  }
  return out;
}

FakeCluster::FakeCluster() {
  api.instead = [this](const std::string&, const std::string& target, const json&) {
    calls.push_back(target);
    const std::string path = target.substr(0, target.find('?'));
    if (forbidden.contains(path))
      return std::pair<int, json>(403, {{"message", path + " is forbidden to you"}, {"code", 403}});
    const auto kind = lists.find(path);
    if (kind == lists.end()) return std::pair<int, json>(0, nullptr);
    const size_t at = target.find("&continue=");
    const size_t first = at == std::string::npos ? 0 : std::stoul(target.substr(at + 10));
    if (first > 0 && gone) {
      gone = false;
      return std::pair<int, json>(410, {{"message", "The provided continue parameter is too old"}});
    }
    json items = json::array();
    for (size_t i = first; i < std::min(first + 2, kind->second.size()); ++i) items.push_back(kind->second[i]);
    json metadata = json::object();
    if (first + 2 < kind->second.size()) metadata["continue"] = std::to_string(first + 2);
    return std::pair<int, json>(200, {{"items", items}, {"metadata", metadata}});
  };
  lists["/apis/apps/v1/statefulsets"] = lists["/api/v1/services"] = lists["/api/v1/nodes"] = {};
  api.put("/apis", {{"groups", json::array({{{"preferredVersion", {{"groupVersion", "apps/v1"}}}}})}});
  api.put("/apis/apps/v1",
          {{"resources", json::array({{{"name", "statefulsets"}, {"kind", "StatefulSet"}, {"verbs", {"list"}}},
                                      {{"name", "deployments"}, {"kind", "Deployment"}, {"verbs", {"list"}}},
                                      {{"name", "deployments/scale"}, {"kind", "Scale"}, {"verbs", {"get"}}}})}});
  lists["/apis/apps/v1/deployments"] = {};
}

void FakeCluster::hold(json object) {
  const std::string kind = object["kind"];
  json& metadata = object["metadata"];
  if (kind != "Node" && !metadata.contains("namespace")) metadata["namespace"] = "default";
  if (kind == "ConfigMap") {
    api.put("/api/v1/namespaces/" + metadata["namespace"].get<std::string>() + "/configmaps/" +
                metadata["name"].get<std::string>(),
            object);
    return;
  }
  metadata["managedFields"] = json::array({{{"manager", "kubectl"}}});
  object["status"]["observedGeneration"] = 1;
  object.erase("kind");
  object.erase("apiVersion");
  lists[kind == "StatefulSet" ? "/apis/apps/v1/statefulsets"
        : kind == "Service"   ? "/api/v1/services"
        : kind == "Node"      ? "/api/v1/nodes"
                              : "/apis/apps/v1/deployments"]
      .push_back(object);
}

Outcome FakeCluster::audit(std::vector<std::string> more) {
  std::vector<std::string> arguments{"audit", "--kubeconfig", api.kubeconfig()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments);
}

std::multiset<std::string> words(const std::string& findings) {
  std::multiset<std::string> out;
  const json all = json::parse(findings);
  for (const json& finding : all.at("findings")) {
    json object = finding["object"];
    if (object["namespace"] == "default") object["namespace"] = "";
    out.insert(finding["rule"].get<std::string>() + " " + finding["severity"].get<std::string>() + " " + object.dump() +
               " " + finding["path"].get<std::string>());
  }
  return out;
}

FakeCluster& demo(FakeCluster& cluster) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kDemo)) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "policy.yaml") continue;
    if (entry.path().parent_path().filename() != "kafka") continue;
    for (const json& object : objects_in(text_of(entry.path()))) cluster.hold(object);
  }
  return cluster;
}

}  // namespace brokergate::test
