#include "test/proof/kubelet.h"

#include <algorithm>
#include <cctype>

namespace proof {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool same_namespace(const YAML::Node& object, const Pod& pod) {
  std::string ns = text_of(object["metadata"]["namespace"]);
  return ns.empty() || pod.ns == kNamespace || ns == pod.ns;
}

std::string upper_name(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

// {NAME}_SERVICE_HOST and its kin of every Service that has an address.
void add_service_links(Environment& environment, const Pod& pod, const std::vector<YAML::Node>& objects) {
  for (const YAML::Node& object : objects) {
    if (text_of(object["kind"]) != "Service" || !same_namespace(object, pod)) continue;
    const YAML::Node spec = object["spec"];
    if (text_of(spec["clusterIP"]) == "None" || text_of(spec["type"]) == "ExternalName") continue;
    std::string name = upper_name(text_of(object["metadata"]["name"]));
    environment[name + "_SERVICE_HOST"] = "203.0.113.1";
    bool first = true;
    for (const YAML::Node& port : spec["ports"]) {
      std::string number = text_of(port["port"]), protocol = text_of(port["protocol"], "TCP");
      if (first) environment[name + "_SERVICE_PORT"] = number;
      if (port["name"]) environment[name + "_SERVICE_PORT_" + upper_name(text_of(port["name"]))] = number;
      std::string url = "tcp://203.0.113.1:" + number;
      if (first) environment[name + "_PORT"] = url;
      environment[name + "_PORT_" + number + "_" + protocol] = url;
      environment[name + "_PORT_" + number + "_" + protocol + "_PORT"] = number;
      first = false;
    }
  }
}

std::string label(const Pod& pod, const std::string& key) {
  if (key == "statefulset.kubernetes.io/pod-name") return pod.name;
  if (key == "apps.kubernetes.io/pod-index") return std::to_string(pod.ordinal);
  return text_of(pod.set["spec"]["template"]["metadata"]["labels"][key]);
}

}  // namespace

std::string text_of(const YAML::Node& node, const std::string& otherwise) {
  return node && node.IsScalar() ? node.Scalar() : otherwise;
}

std::string readable(std::string text) {
  replace_all(text, kPodIp, "<podIP>");
  replace_all(text, kHostIp, "<hostIP>");
  replace_all(text, kNodeName, "<nodeName>");
  replace_all(text, kNamespace, "<namespace>");
  replace_all(text, kClusterDomain, "<clusterDomain>");
  return text;
}

std::vector<YAML::Node> objects_of(const std::string& text) {
  std::vector<YAML::Node> objects;
  for (const YAML::Node& document : YAML::LoadAll(text)) {
    if (!document.IsMap()) continue;
    if (document["items"] && document["items"].IsSequence()) {
      for (const YAML::Node& item : document["items"]) objects.push_back(item);
    } else {
      objects.push_back(document);
    }
  }
  return objects;
}

std::string field(const Pod& pod, const std::string& path) {
  const YAML::Node metadata = pod.set["spec"]["template"]["metadata"];
  if (path == "metadata.name") return pod.name;
  if (path == "metadata.namespace") return pod.ns;
  if (path == "metadata.uid") return "uid-of-the-proof";
  if (path == "status.podIP" || path == "status.podIPs") return kPodIp;
  if (path == "status.hostIP" || path == "status.hostIPs") return kHostIp;
  if (path == "spec.nodeName") return kNodeName;
  if (path == "spec.serviceAccountName") return text_of(pod.set["spec"]["template"]["spec"]["serviceAccountName"]);
  size_t open = path.find("['"), close = path.rfind("']");
  if (open == std::string::npos || close == std::string::npos) return {};
  std::string key = path.substr(open + 2, close - open - 2);
  return path.rfind("metadata.labels", 0) == 0 ? label(pod, key) : text_of(metadata["annotations"][key]);
}

YAML::Node data_of(const std::vector<YAML::Node>& objects, const std::string& kind, const std::string& name,
                   const Pod& pod) {
  for (const YAML::Node& object : objects) {
    if (text_of(object["kind"]) == kind && text_of(object["metadata"]["name"]) == name && same_namespace(object, pod)) {
      return object["data"];
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

std::string expand(const std::string& text, const Environment& known) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    size_t close = text[i + 1] == '(' ? text.find(')', i) : std::string::npos;
    if (close == std::string::npos) {
      out += '$';
      continue;
    }
    std::string name = text.substr(i + 2, close - i - 2);
    auto found = known.find(name);
    out += found != known.end() ? found->second : text.substr(i, close + 1 - i);
    i = close;
  }
  return out;
}

Environment environment_of(const YAML::Node& container, const Pod& pod, const std::vector<YAML::Node>& objects) {
  Environment links, result;
  if (text_of(pod.set["spec"]["template"]["spec"]["enableServiceLinks"], "true") != "false") {
    add_service_links(links, pod, objects);
  }
  for (const YAML::Node& from : container["envFrom"]) {
    std::string prefix = text_of(from["prefix"]);
    for (const char* kind : {"configMapRef", "secretRef"}) {
      if (!from[kind]) continue;
      bool config = std::string(kind) == "configMapRef";
      const YAML::Node data = data_of(objects, config ? "ConfigMap" : "Secret", text_of(from[kind]["name"]), pod);
      if (!data || !data.IsMap()) continue;
      for (const auto& entry : data) {
        result[prefix + entry.first.Scalar()] = config ? text_of(entry.second) : kSecret;
      }
    }
  }
  // A reference sees what stands before it in the list, then the service links.
  for (const YAML::Node& one : container["env"]) {
    std::string name = text_of(one["name"]), value;
    const YAML::Node from = one["valueFrom"];
    Environment known = links;
    for (const auto& [key, text] : result) known[key] = text;
    if (!from) {
      value = expand(text_of(one["value"]), known);
    } else if (from["fieldRef"]) {
      value = field(pod, text_of(from["fieldRef"]["fieldPath"]));
    } else if (from["configMapKeyRef"]) {
      const YAML::Node data = data_of(objects, "ConfigMap", text_of(from["configMapKeyRef"]["name"]), pod);
      std::string key = text_of(from["configMapKeyRef"]["key"]);
      // An optional key that is missing leaves the variable out; without "optional" the pod does not start.
      if (!data || !data.IsMap() || !data[key]) continue;
      value = text_of(data[key]);
    } else if (from["resourceFieldRef"]) {
      value = "1";
    } else {
      value = kSecret;
    }
    result[name] = value;
  }
  for (const auto& [name, value] : links) result.emplace(name, value);
  return result;
}

std::vector<std::string> command_of(const YAML::Node& container, const Environment& environment,
                                    const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd) {
  auto list = [&](const YAML::Node& node) {
    std::vector<std::string> words;
    for (const YAML::Node& word : node) words.push_back(expand(text_of(word), environment));
    return words;
  };
  std::vector<std::string> command = list(container["command"]), args = list(container["args"]);
  // A command replaces ENTRYPOINT and CMD, args alone replace CMD.
  std::vector<std::string> result = command.empty() ? entrypoint : command;
  if (command.empty() && args.empty()) args = cmd;
  result.insert(result.end(), args.begin(), args.end());
  return result;
}

}  // namespace proof
