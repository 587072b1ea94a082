#include "rules/kafka/pod_files.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "brokergate/base64.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/process.h"

namespace brokergate {
namespace {

constexpr size_t kMostFiles = 512;
constexpr size_t kMostContainers = 32;
constexpr size_t kMostKept = size_t{8} << 20;  // bytes on all volumes that init containers write

std::string without_slashes(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  while (path.starts_with("./")) path.remove_prefix(2);
  return std::string(path);
}

// One volume of the pod, with paths relative to it.
struct Volume {
  shell::Files files;
  bool known = false;     // files holds all there is
  bool writable = false;  // an emptyDir
};

class Volumes {
 public:
  explicit Volumes(const PodIdentity& identity) : identity_(identity) {
    for (const Node& node : identity.spec["volumes"].children()) read(Value(&node));
  }

  bool worth(Value container) const {
    for (const Node& node : container["volumeMounts"].children()) {
      const auto found = volumes_.find(Value(&node)["name"].str());
      if (found != volumes_.end() && (!found->second.files.empty() || shared_.contains(found->first))) return true;
    }
    return false;
  }

  void run_init_containers() {
    for (const Node& node : identity_.spec["initContainers"].children()) {
      const Value container(&node);
      // What no volume of ours can take part in changes nothing.
      if (!mounts_writable(container)) continue;
      if (++followed_ > kMostContainers) {
        lose(container, "init container " + std::string(Value(&node)["name"].str()));
      } else {
        run(container);
      }
    }
  }

  // Volumes that an init container may write.
  void note_shared() {
    for (const Node& node : identity_.spec["initContainers"].children())
      for (const Node& mount : Value(&node)["volumeMounts"].children()) {
        const auto found = volumes_.find(Value(&mount)["name"].str());
        if (found != volumes_.end() && found->second.writable) shared_.insert(found->first);
      }
  }

  PodFiles view(Value container) const {
    PodFiles out;
    out.origins = origins_;
    out.maker = maker_;
    out.fails = fails_;
    out.lost = lost_;
    out.effort = effort_;
    SubPaths parts(*this, container);
    size_t seen_bytes = 0;
    for (const Value mount : mounts_of(container)) {
      const auto found = volumes_.find(mount["name"].str());
      const std::string path = without_slashes(mount["mountPath"].str());
      if (path.empty()) continue;
      // What lies below is covered.
      for (auto file = out.system.files.lower_bound(path + "/");
           file != out.system.files.end() && file->first.starts_with(path + "/");)
        file = out.system.files.erase(file);
      out.system.files.erase(path);
      if (found == volumes_.end()) continue;
      const Volume& volume = found->second;
      const bool read_only = !volume.writable || mount["readOnly"].as_bool().value_or(false);
      const std::optional<std::string> part = parts.of(mount);
      // One volume may be mounted in many places, and each has its files.
      constexpr size_t kEntry = 256;
      for (const auto& [name, file] : volume.files) seen_bytes += kEntry + file.text.size();
      if (!part || seen_bytes > kMostKept) {
        out.system.folders[path] = {false, read_only};
        continue;
      }
      const std::string& sub = *part;
      bool single = false;
      for (const auto& [name, file] : volume.files) {
        std::string place = path + "/" + name;
        if (name == sub) {
          place = path;
          single = true;
        } else if (!sub.empty()) {
          if (!name.starts_with(sub + "/")) continue;
          place = path + name.substr(sub.size());
        }
        shell::File& seen = out.system.files[place] = file;
        seen.read_only = read_only;
      }
      if (!single) out.system.folders[path] = {volume.known, read_only};
    }
    return out;
  }

 private:
  // The runtime mounts folders before what lies in them, whatever the list says.
  static std::vector<Value> mounts_of(Value container) {
    std::vector<Value> out;
    for (const Node& node : container["volumeMounts"].children()) out.emplace_back(&node);
    const auto depth = [](const Value& mount) {
      const std::string path = without_slashes(mount["mountPath"].str());
      return std::count(path.begin(), path.end(), '/');
    };
    std::stable_sort(out.begin(), out.end(), [&](const Value& a, const Value& b) { return depth(a) < depth(b); });
    return out;
  }

  // The part of a volume that is mounted: subPath, or subPathExpr with the container's
  // variables, which are read once for all its mounts.
  class SubPaths {
   public:
    SubPaths(const Volumes& volumes, Value container) : volumes_(volumes), container_(container) {}

    // nullopt: it cannot be known.
    std::optional<std::string> of(Value mount) {
      const Value expression = mount["subPathExpr"];
      if (expression.is_null()) return without_slashes(mount["subPath"].str());
      if (!env_) env_.emplace(kubelet_env(container_, volumes_.identity_));
      const std::string text = expand(expression.str(), *env_).text;
      if (has_opaque(text)) return std::nullopt;
      return without_slashes(text);
    }

   private:
    const Volumes& volumes_;
    Value container_;
    std::optional<KubeletEnv> env_;
  };

  void read(Value volume) {
    const std::string name(volume["name"].str());
    Volume& made = volumes_[name];
    if (const Value map = volume["configMap"]) {
      made.known = true;
      add_map(map["name"].scalar(), map["items"], map["defaultMode"], made);
    } else if (const Value projected = volume["projected"]) {
      made.known = true;
      for (const Node& node : projected["sources"].children()) {
        const Value source = Value(&node)["configMap"];
        if (source) {
          add_map(source["name"].scalar(), source["items"], projected["defaultMode"], made);
        } else {
          made.known = false;
        }
      }
    } else if (volume["emptyDir"]) {
      made.known = made.writable = true;
    }
  }

  void add_map(std::string_view name, Value items, Value mode, Volume& volume) {
    const auto found =
        identity_.maps && identity_.object ? identity_.maps->find(*identity_.object, name) : ConfigMaps::Found{};
    if (!found.object) {
      volume.known = false;
      return;
    }
    if (items.is_seq()) {
      for (const Node& node : items.children())
        add_key(found.object, Value(&node)["key"].scalar(), Value(&node)["path"].scalar(),
                Value(&node)["mode"] ? Value(&node)["mode"] : mode, volume);
    } else {
      for (const char* part : {"data", "binaryData"})
        for (const Node& pair : found.object->root[part].children())
          add_key(found.object, pair.key, pair.key, mode, volume);
    }
  }

  // data and binaryData share no key (Kubernetes ConfigMap API).
  void add_key(const Object* map, std::string_view key, std::string_view path, Value mode, Volume& volume) {
    const Value binary = map->root["binaryData"][key];
    if (!binary.is_string()) return add_file(map, map->root["data"][key], path, mode, volume);
    if (path.empty() || volume.files.size() >= kMostFiles) {
      volume.known = false;
      return;
    }
    const auto text = decode_base64(binary.str());
    origins_.push_back({map, Value(), "binaryData of ConfigMap " + std::string(map->name), runs(mode)});
    shell::File& file = volume.files[without_slashes(path)];
    file.text = text && !has_marks(*text) ? *text : unknown_atom("key " + std::string(key) + " is no text");
    file.given = static_cast<uint32_t>(origins_.size());
  }

  static bool has_marks(std::string_view text) {
    return text.find_first_of(std::string_view("\x01\x02\0", 3)) != text.npos;
  }
  static bool runs(Value mode) {
    constexpr int64_t kRun = 0111, kDefaultMode = 0644;
    return (mode.as_int().value_or(kDefaultMode) & kRun) != 0;
  }

  void add_file(const Object* map, Value text, std::string_view path, Value mode, Volume& volume) {
    if (!text.is_string() || path.empty() || volume.files.size() >= kMostFiles) {
      volume.known = false;
      return;
    }
    origins_.push_back({map, text, "ConfigMap " + std::string(map->name), runs(mode)});
    shell::File& file = volume.files[without_slashes(path)];
    file.text = text.str();
    file.given = static_cast<uint32_t>(origins_.size());
    if (has_marks(file.text)) file.text = unknown_atom("control characters");
  }

  bool mounts_writable(Value container) const {
    for (const Node& node : container["volumeMounts"].children())
      if (shared_.contains(Value(&node)["name"].str())) return true;
    return false;
  }

  // Anything may be on the volumes that it writes.
  void lose(Value container, const std::string& who) {
    for (const Node& node : container["volumeMounts"].children()) {
      const auto found = volumes_.find(Value(&node)["name"].str());
      if (found == volumes_.end() || !found->second.writable) continue;
      found->second.known = false;
      found->second.files.clear();
    }
    maker_ = who;
    lost_ = who + ": there are more init containers than are followed";
  }

  void run(Value container) {
    // It goes on beside the others, which do not wait for its end (KEP-753), nor for its success.
    if (container["restartPolicy"].str() == "Always")
      return lose(container, "init container " + std::string(container["name"].str()) + ", which goes on running,");
    const PodFiles before = view(container);
    const ProcessStart start = read_process(container, identity_, ImageFamily::kUnknown, nullptr, &before);
    effort_ += start.shell.effort;
    const std::string who = "init container " + std::string(container["name"].str());
    const bool followed =
        start.script_read && start.parsed && start.parsed->script.error().empty() && start.strange.empty();
    if (start.script_read && !followed) lost_ = who + ": " + start.why;
    if (followed && !start.shell.fails.empty() && fails_.empty())
      fails_ = who + " fails (" + start.shell.fails + "), and no container starts until it ends well";
    SubPaths parts(*this, container);
    for (const Node& node : container["volumeMounts"].children()) {
      const Value mount(&node);
      const auto found = volumes_.find(mount["name"].str());
      if (found == volumes_.end() || !found->second.writable || mount["readOnly"].as_bool().value_or(false)) continue;
      Volume& volume = found->second;
      const std::string path = without_slashes(mount["mountPath"].str());
      const std::optional<std::string> part = parts.of(mount);
      if (!followed || !part) {
        // Its program is in the image, or cannot be followed: it may write anything, anywhere.
        volume.known = false;
        volume.files.clear();
        maker_ = who;
        continue;
      }
      take(start, path, *part, volume, who);
    }
  }

  // What the script left on the volume.
  void take(const ProcessStart& start, const std::string& path, const std::string& sub, Volume& volume,
            const std::string& who) {
    std::erase_if(volume.files,
                  [&](const auto& one) { return sub.empty() || one.first == sub || one.first.starts_with(sub + "/"); });
    for (const auto& [name, file] : start.shell.files) {
      if (name != path && !name.starts_with(path + "/")) continue;
      std::string relative = name == path ? sub : (sub.empty() ? "" : sub + "/") + name.substr(path.size() + 1);
      kept_ += file.text.size();
      if (relative.empty() || volume.files.size() >= kMostFiles || kept_ > kMostKept) {
        volume.known = false;
        continue;
      }
      if (file.given == 0) maker_ = who;
      shell::File& kept = volume.files[relative] = file;
      kept.body = {};
      kept.read_only = false;
      // A library that is not known may have changed what the file was made of.
      if (kept.given == 0 && !start.shell.unread.empty()) kept.text = unknown_atom(start.shell.unread);
    }
    if (start.shell.programs) volume.known = false;
  }

  const PodIdentity& identity_;
  std::map<std::string, Volume, std::less<>> volumes_;
  std::set<std::string, std::less<>> shared_;
  std::vector<PodFiles::Origin> origins_;
  std::string maker_, fails_, lost_;
  size_t followed_ = 0, kept_ = 0, effort_ = 0;
};

}  // namespace

const shell::File* PodFiles::find(std::string_view path) const {
  const auto found = system.files.find(path);
  return found == system.files.end() ? nullptr : &found->second;
}

const PodFiles::Origin* PodFiles::origin(const shell::File& file) const {
  return file.given == 0 || file.given > origins.size() ? nullptr : &origins[file.given - 1];
}

PodFiles files_of(Value container, const PodIdentity& identity) {
  if (container["volumeMounts"].size() == 0 || identity.spec["volumes"].size() == 0) return {};
  Volumes volumes(identity);
  volumes.note_shared();
  if (!volumes.worth(container)) return {};
  volumes.run_init_containers();
  return volumes.view(container);
}

}  // namespace brokergate
