#include "test/proof/pod.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "test/proof/shell.h"
#include "test/proof/stand_ins.h"

namespace proof {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSeconds = "10";
// Nobody and nogroup: a container's root cannot write to a read-only mount, the host's could.
constexpr unsigned kNobody = 65534;

void give_away(const fs::path& folder) {
  if (geteuid() != 0) return;
  auto give = [](const fs::path& path) {
    if (lchown(path.c_str(), kNobody, kNobody) != 0) std::abort();
  };
  give(folder);
  for (const auto& entry : fs::recursive_directory_iterator(folder)) give(entry.path());
}

std::string text_of_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::optional<Arrival> arrival_of(const std::string& record, const Paths& paths) {
  Arrival arrival, prepared;
  for (size_t at = 0; at < record.size();) {
    size_t end = std::min(record.find('\0', at), record.size());
    std::string item = paths.moved_back(record.substr(at, end - at));
    at = end + 1;
    size_t colon = item.find(':');
    if (colon == std::string::npos) continue;
    std::string kind = item.substr(0, colon), value = item.substr(colon + 1);
    if (kind == "stand-in") {
      if (!arrival.stand_in.empty()) break;
      arrival.stand_in = value;
    } else if (kind == "argument") {
      arrival.arguments.push_back(value);
    } else if (kind == "file") {
      arrival.file = value;
      arrival.found = true;
    } else if (kind == "prepared") {
      arrival.prepared = true;
      prepared = arrival;
      arrival.environment.clear();
    } else if (kind == "missing") {
      arrival.missing = value;
    } else if (kind == "refusal") {
      arrival.refusal = value;
    } else if (kind == "environment") {
      size_t equals = value.find('=');
      if (equals != std::string::npos) arrival.environment[value.substr(0, equals)] = value.substr(equals + 1);
    }
  }
  if (arrival.stand_in.empty()) return std::nullopt;
  if (arrival.prepared) {
    arrival.environment = prepared.environment;
    arrival.file = prepared.file;
    arrival.found = prepared.found;
  }
  return arrival;
}

// A file that is not there is the image's own, unless the pod mounts where it should be.
void refuse_missing(const YAML::Node& container, Arrival& arrival) {
  for (const YAML::Node& mount : container["volumeMounts"]) {
    std::string place = text_of(mount["mountPath"]);
    if (!arrival.missing.empty() && !place.empty() && (arrival.missing + "/").rfind(place + "/", 0) == 0) {
      arrival.refusal = "there is no file " + arrival.missing;
    }
  }
}

}  // namespace

Root::Root() {
  std::string pattern = (fs::temp_directory_path() / "brokergate-proof-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
  fs::permissions(path_, fs::perms(0755));
  place_ = {path_ / "root", path_ / "tools", path_ / "state"};
  make_tools(place_);
}

Root::~Root() { clean(path_); }

void Root::clean(const fs::path& folder) const {
  std::error_code ignored;
  if (!fs::exists(folder)) return;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
      fs::permissions(entry.path(), fs::perms(0700), fs::perm_options::add, ignored);
    }
  }
  fs::remove_all(folder, ignored);
}

Root::Run Root::run(const YAML::Node& container, const Pod& pod, const std::vector<YAML::Node>& objects,
                    Volumes& volumes) {
  Run result;
  Environment environment = environment_of(container, pod, objects);
  ImageStart image = start_of_image(text_of(container["image"]));
  std::vector<std::string> command = command_of(container, environment, image.entrypoint, image.cmd);
  if (command.empty()) return result;

  // Every container finds its root at the same place, so that what one writes into a volume means the same to the next.
  const fs::path& root = place_.root;
  fs::path record = path_ / "record", errors = path_ / "errors";
  clean(root);
  fs::create_directories(root);
  Paths paths(root);
  const YAML::Node spec = pod.set["spec"]["template"]["spec"];
  for (const char* list : {"initContainers", "containers"}) {
    for (const YAML::Node& one : spec[list]) {
      for (const YAML::Node& mount : one["volumeMounts"]) paths.add(text_of(mount["mountPath"]));
    }
  }
  furnish(place_, pod, image);
  volumes.mount(container, environment, root, place_.state / "mounted-files", paths);
  std::string folder = text_of(container["workingDir"], image.folder);
  std::error_code ignored;
  fs::create_directories(root.string() + folder, ignored);
  give_away(root);
  give_away(place_.state);
  give_away(volumes.shared());

  for (const auto& [name, value] : image.variables) environment.emplace(name, value);
  environment.emplace("HOSTNAME", pod.name);  // by the runtime
  std::string line = "cd " + shell_quoted(root.string() + folder) + " && ";
  if (geteuid() == 0) line += "exec setpriv --reuid=65534 --regid=65534 --clear-groups ";
  line += std::string("timeout -s KILL ") + kSeconds +
          " env -i PATH=" + shell_quoted(place_.tools.string() + ":" + root.string() + "/opt/kafka/bin:/usr/bin:/bin");
  for (const auto& [name, value] : environment) {
    if (name != "PATH") line += " " + shell_quoted(name + "=" + paths.moved(value));
  }
  for (const std::string& word : command) line += " " + shell_quoted(paths.moved(word));
  // timeout leads a group; what a command leaves running in it ends here.
  line = "exec 2>/dev/null; ( " + line + " ) 3>" + shell_quoted(record.string()) + " 2>" +
         shell_quoted(errors.string()) + " >/dev/null </dev/null & p=$!; wait $p; s=$?; kill -s KILL -- -$p; exit $s";
  result.status = output_of(line).second;
  result.last_words = paths.moved_back(last_line(text_of_file(errors)));
  result.outside = fs::exists(place_.state / "outside");
  result.arrival = arrival_of(text_of_file(record), paths);
  if (result.arrival) refuse_missing(container, *result.arrival);
  volumes.unmount();
  return result;
}

Outcome Root::start(const Pod& pod, const std::vector<YAML::Node>& objects) {
  fs::path folder = path_ / "volumes";
  clean(folder);
  Volumes volumes(folder, pod, objects);
  fs::create_directories(volumes.shared());
  const YAML::Node spec = pod.set["spec"]["template"]["spec"];
  for (const YAML::Node& container : spec["initContainers"]) {
    if (text_of(container["restartPolicy"]) == "Always") continue;
    Run ended = run(container, pod, objects, volumes);
    // What asks the cluster may succeed there.
    if (ended.status != 0 && !ended.outside && !ended.arrival) {
      return {std::nullopt, "init container " + text_of(container["name"]) + " ends with " +
                                std::to_string(ended.status) + ", the pod does not start: " + ended.last_words};
    }
  }
  std::string last_words;
  for (const YAML::Node& container : spec["containers"]) {
    Run ended = run(container, pod, objects, volumes);
    if (ended.arrival) return {proof::start(*ended.arrival, start_of_image(text_of(container["image"]))), {}};
    if (!ended.last_words.empty()) last_words = ": " + ended.last_words;
  }
  return {std::nullopt, "its command starts no broker" + last_words};
}

}  // namespace proof
