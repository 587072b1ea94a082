// What is watched.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace brokergate::webhook::watch {

enum class Resource : uint8_t { kNodes, kStatefulSets, kServices, kConfigMaps };
inline constexpr std::array kResources = {Resource::kNodes, Resource::kStatefulSets, Resource::kServices,
                                          Resource::kConfigMaps};

struct ResourceInfo {
  std::string_view name;  // as RBAC and paths have it
  std::string_view kind, api_version;
  std::string_view root;  // of the API group
  bool namespaced;
};
inline constexpr std::array<ResourceInfo, 4> kResourceInfo = {{
    {"nodes", "Node", "v1", "/api/v1", false},
    {"statefulsets", "StatefulSet", "apps/v1", "/apis/apps/v1", true},
    {"services", "Service", "v1", "/api/v1", true},
    {"configmaps", "ConfigMap", "v1", "/api/v1", true},
}};
constexpr const ResourceInfo& info(Resource resource) { return kResourceInfo[static_cast<size_t>(resource)]; }

// Of the whole cluster: "/apis/apps/v1/statefulsets".
inline std::string list_path(Resource resource) {
  return std::string(info(resource).root) + "/" + std::string(info(resource).name);
}
// "/api/v1/namespaces/kafka/configmaps/broker". Names of objects need no percent-encoding.
inline std::string object_path(Resource resource, std::string_view ns, std::string_view name) {
  std::string out(info(resource).root);
  if (info(resource).namespaced) out.append("/namespaces/").append(ns);
  return out.append("/").append(info(resource).name).append("/").append(name);
}

}  // namespace brokergate::webhook::watch
