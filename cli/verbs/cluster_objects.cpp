#include "cli/verbs/cluster_objects.h"

#include <algorithm>
#include <set>
#include <utility>

namespace brokergate::cli {
namespace {

using certs::Json;
using certs::member;
using certs::text_member;

// A Node with its images takes some 40 KiB, and an answer may have 16 MiB.
constexpr int kPage = 250;
constexpr int kMostPages = 100'000;

struct Resource {
  std::string path, api_version, kind;
};

// status is a controller's word; only a Service's address means something here.
void reduce(Json& object, const Resource& resource) {
  object["apiVersion"] = resource.api_version;
  object["kind"] = resource.kind;
  Json& metadata = object["metadata"];
  if (metadata.is_object()) {
    metadata.erase("managedFields");
    Json& annotations = metadata["annotations"];
    if (annotations.is_object()) annotations.erase("kubectl.kubernetes.io/last-applied-configuration");
    if (annotations.is_null() || annotations.empty()) metadata.erase("annotations");
  }
  if (resource.kind == "Service") return;
  if (resource.kind == "Node") {
    Json addresses = member(object["status"], "addresses");
    object.erase("status");
    if (addresses.is_array()) object["status"] = Json::object({{"addresses", std::move(addresses)}});
    metadata.erase("annotations");
    return;
  }
  object.erase("status");
}

class Reader {
 public:
  explicit Reader(certs::Cluster& cluster) : cluster_(cluster) {}

  // False when it cannot be read; absent kinds have no objects. `forbidden`: there is no right to it.
  bool list(const Resource& resource, std::string& why, bool* forbidden = nullptr) {
    std::string more;
    int limit = kPage;
    for (int page = 0; page < kMostPages; ++page) {
      auto answer =
          cluster_.get(resource.path + "?limit=" + std::to_string(limit) + (more.empty() ? "" : "&continue=" + more));
      if (!answer && answer.error().too_large && limit > 1) {
        limit = std::max(limit / 4, 1);
        continue;
      }
      if (!answer && answer.error().status == 410 && !more.empty()) {
        // The list is older than what the API server keeps: once more from the start.
        forget(resource.kind);
        more.clear();
        continue;
      }
      if (!answer) {
        if (answer.error().absent()) return true;
        why = answer.error().message;
        if (forbidden) *forbidden = answer.error().status == 403;
        return false;
      }
      const Json& items = member(*answer, "items");
      const std::string kind = text_member(*answer, "kind");
      if ((!items.is_array() && !items.is_null()) || (!kind.empty() && kind != resource.kind + "List")) {
        why = resource.path + " is answered with no " + resource.kind + "List";
        return false;
      }
      if (items.is_null()) (*answer)["items"] = Json::array();
      for (Json& item : (*answer)["items"]) {
        if (!item.is_object() || !member(item, "metadata").is_object()) {
          why = resource.path + " is answered with an item that is no object";
          return false;
        }
        reduce(item, resource);
        // What a controller made of another object is judged with that.
        if (resource.kind != "Service" && resource.kind != "StatefulSet" && owned(item)) continue;
        out_.items.push_back(std::move(item));
      }
      more = text_member(member(*answer, "metadata"), "continue");
      if (more.empty()) return true;
    }
    why = "the API server's list does not end";
    return false;
  }

  void config_maps() {
    std::set<std::pair<std::string, std::string>> named;
    for (const Json& item : out_.items) {
      if (text_member(item, "kind") != "StatefulSet") continue;
      const std::string ns = text_member(member(item, "metadata"), "namespace");
      name_maps(member(member(member(item, "spec"), "template"), "spec"), ns, named);
    }
    for (const auto& [ns, name] : named) {
      auto answer = cluster_.get("/api/v1/namespaces/" + ns + "/configmaps/" + name);
      if (answer) {
        reduce(*answer, {"", "v1", "ConfigMap"});
        out_.items.push_back(std::move(*answer));
      } else if (!answer.error().absent()) {
        out_.unread.push_back("configmaps: " + answer.error().message);
        if (answer.error().status == 403) return;
      }
    }
  }

  // Kinds of controllers and operators, wherever the API server has them.
  void others() {
    auto groups = cluster_.get("/apis");
    if (!groups) {
      out_.unread.push_back("the API server's groups: " + groups.error().message);
      return;
    }
    for (const Json& group : member(*groups, "groups")) {
      const std::string version = text_member(member(group, "preferredVersion"), "groupVersion");
      if (!version.empty()) of_group(version);
    }
  }

  void unread(const std::string& what, const std::string& why) { out_.unread.push_back(what + ": " + why); }
  ClusterObjects take() { return std::move(out_); }

 private:
  void of_group(const std::string& version) {
    auto resources = cluster_.get("/apis/" + version);
    if (!resources) {
      // A group whose own server is down.
      out_.unread.push_back(version + ": " + resources.error().message);
      return;
    }
    for (const Json& resource : member(*resources, "resources")) {
      const std::string kind = text_member(resource, "kind"), name = text_member(resource, "name");
      const Json& verbs = member(resource, "verbs");
      if (name.empty() || name.find('/') != std::string::npos || !concerns_engine(kind)) continue;
      if (kind == "StatefulSet" && version == "apps/v1") continue;
      if (std::find(verbs.begin(), verbs.end(), "list") == verbs.end()) continue;
      std::string why;
      bool forbidden = false;
      if (!list({"/apis/" + version + "/" + name, version, kind}, why, &forbidden))
        (forbidden ? out_.unseen : out_.unread).push_back(name + ": " + why);
    }
  }

  static bool owned(const Json& item) {
    const Json& owners = member(member(item, "metadata"), "ownerReferences");
    return owners.is_array() && !owners.empty();
  }

  void forget(const std::string& kind) {
    auto& items = out_.items.get_ref<Json::array_t&>();
    std::erase_if(items, [&](const Json& item) { return text_member(item, "kind") == kind; });
  }

  // Wherever a key says that its value names a ConfigMap: volumes, their sources, envFrom, env.
  static void name_maps(const Json& at, const std::string& ns, std::set<std::pair<std::string, std::string>>& out) {
    if (at.is_array() || at.is_object()) {
      for (const Json& below : at) name_maps(below, ns, out);
    }
    if (!at.is_object()) return;
    for (const char* key : {"configMap", "configMapRef", "configMapKeyRef"}) {
      const std::string name = text_member(member(at, key), "name");
      if (!name.empty() && name.find('/') == std::string::npos) out.emplace(ns, name);
    }
  }

  certs::Cluster& cluster_;
  ClusterObjects out_;
};

}  // namespace

tl::expected<ClusterObjects, std::string> read_cluster(certs::Cluster& cluster) {
  Reader reader(cluster);
  std::string why;
  for (const Resource& resource : {Resource{"/apis/apps/v1/statefulsets", "apps/v1", "StatefulSet"},
                                   Resource{"/api/v1/services", "v1", "Service"}}) {
    if (!reader.list(resource, why)) return tl::unexpected(why);
  }
  if (!reader.list({"/api/v1/nodes", "v1", "Node"}, why)) reader.unread("nodes", why);
  reader.config_maps();
  reader.others();
  return reader.take();
}

void add_objects(const certs::Json& items, Inputs& inputs) {
  for (const certs::Json& item : items) {
    ++inputs.objects;
    // On lines of its own: -o json tells line and column.
    const auto source = std::make_shared<const Source>(
        kClusterSource, item.dump(2, ' ', false, certs::Json::error_handler_t::replace) + "\n");
    ReadResult read_back = read(source);
    for (Document& document : read_back.documents) {
      for (Object& object : objects_of(std::make_shared<const Document>(std::move(document)))) {
        inputs.bundle.objects.push_back(std::move(object));
      }
    }
  }
}

}  // namespace brokergate::cli
