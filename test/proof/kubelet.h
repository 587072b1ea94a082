// What the kubelet makes of a pod template: environment and command line.
// Written from Kubernetes' own rules (kubelet makeEnvironmentVariables,
// third_party/forked/golang/expansion), not from the engine.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <string>
#include <vector>

namespace proof {

using Environment = std::map<std::string, std::string>;

// Addresses nobody can know beforehand get a value of their own, which `readable`
// turns into what inspect writes for it.
inline constexpr const char* kPodIp = "192.0.2.77";
inline constexpr const char* kHostIp = "198.51.100.77";
inline constexpr const char* kNodeName = "node-of-the-proof";
inline constexpr const char* kSecret = "secret-of-the-proof";
inline constexpr const char* kNamespace = "namespace-of-the-proof";           // when the object names none
inline constexpr const char* kClusterDomain = "cluster-domain-of-the-proof";  // the kubelet's; no manifest tells
std::string readable(std::string text);

// All objects of a manifest stream, Lists taken apart.
std::vector<YAML::Node> objects_of(const std::string& text);
std::string text_of(const YAML::Node& node, const std::string& otherwise = {});

struct Pod {
  std::string name, ns;
  long ordinal = 0;
  YAML::Node set;  // the StatefulSet
};

// What a fieldRef gives; empty for what no pod has.
std::string field(const Pod& pod, const std::string& path);
// The data of a ConfigMap or Secret of the pod's namespace; undefined when it is not in the bundle.
YAML::Node data_of(const std::vector<YAML::Node>& objects, const std::string& kind, const std::string& name,
                   const Pod& pod);

// $(NAME) and $$: `known` is what has been processed so far.
std::string expand(const std::string& text, const Environment& known);
// Service links, then envFrom, then env in the order of the list. Without what the
// runtime and the image add: $(HOSTNAME) is nothing to the kubelet.
Environment environment_of(const YAML::Node& container, const Pod& pod, const std::vector<YAML::Node>& objects);
// command and args with the whole environment; what the image does by itself is
// put in where they are missing.
std::vector<std::string> command_of(const YAML::Node& container, const Environment& environment,
                                    const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd);

}  // namespace proof
