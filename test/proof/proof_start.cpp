// proof_start MANIFEST FOLDER: starts the pods of a manifest's StatefulSets as
// far as Kafka and leaves in FOLDER what three real brokers need:
//   <pod>.properties  what the pod's Kafka would get
//   pods              one line a pod: name, full name in the cluster
//   doors             one line a Service port in front of one pod: Service, pod, port, port of the pod
// Exit 1 when a pod comes to no broker.
#include <fstream>
#include <iostream>

#include "test/proof/pod.h"

using namespace proof;

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// The port's number in the pod: named ones are those of its containers.
std::string target_of(const YAML::Node& port, const YAML::Node& set) {
  std::string target = text_of(port["targetPort"], text_of(port["port"]));
  for (const YAML::Node& container : set["spec"]["template"]["spec"]["containers"]) {
    for (const YAML::Node& one : container["ports"]) {
      if (text_of(one["name"]) == target) return text_of(one["containerPort"]);
    }
  }
  return target;
}

void list_doors(const Pod& pod, const std::vector<YAML::Node>& objects, std::ostream& out) {
  for (const YAML::Node& object : objects) {
    if (text_of(object["kind"]) != "Service" || text_of(object["spec"]["type"]) != "LoadBalancer") continue;
    const YAML::Node selector = object["spec"]["selector"];
    if (!selector || text_of(selector["statefulset.kubernetes.io/pod-name"]) != pod.name) continue;
    for (const YAML::Node& port : object["spec"]["ports"]) {
      out << text_of(object["metadata"]["name"]) << ' ' << pod.name << ' ' << text_of(port["port"]) << ' '
          << target_of(port, pod.set) << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: proof_start MANIFEST FOLDER\n";
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::vector<YAML::Node> objects;
  try {
    objects = objects_of(text);
  } catch (const YAML::Exception& error) {
    std::cerr << argv[1] << ": " << error.what() << '\n';
    return 2;
  }
  std::filesystem::path folder = argv[2];
  std::filesystem::create_directories(folder);
  std::ofstream pods(folder / "pods"), doors(folder / "doors");
  Root root;
  int failed = 0;
  for (const YAML::Node& set : objects) {
    if (text_of(set["kind"]) != "StatefulSet") continue;
    std::string name = text_of(set["metadata"]["name"]), ns = text_of(set["metadata"]["namespace"], kNamespace);
    long first = set["spec"]["ordinals"] ? set["spec"]["ordinals"]["start"].as<long>(0) : 0;
    for (long i = first; i < first + set["spec"]["replicas"].as<long>(1); ++i) {
      Pod pod{name + "-" + std::to_string(i), ns, i, set};
      Outcome outcome = root.start(pod, objects);
      std::string why = outcome.broker ? outcome.broker->refusal : outcome.why;
      if (!outcome.broker || !outcome.broker->started) {
        std::cerr << pod.name << ": " << why << '\n';
        failed = 1;
        continue;
      }
      std::ofstream properties(folder / (pod.name + ".properties"));
      for (const auto& [key, value] : outcome.broker->properties) properties << key << '=' << escaped(value) << '\n';
      pods << pod.name << ' ' << pod.name << '.' << text_of(set["spec"]["serviceName"]) << '.' << ns
           << ".svc.cluster.local\n";
      list_doors(pod, objects, doors);
    }
  }
  return failed;
}
