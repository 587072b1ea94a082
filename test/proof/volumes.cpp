#include "test/proof/volumes.h"

#include <fstream>
#include <map>

namespace proof {
namespace {

namespace fs = std::filesystem;

// 0755 and 0o755 are octal as YAML 1.1 and 1.2 say, 493 is decimal.
unsigned long mode_of(const YAML::Node& node, unsigned long otherwise) {
  std::string text = text_of(node);
  if (text.empty() || text.find_first_not_of("0123456789o") != std::string::npos) return otherwise;
  if (text.rfind("0o", 0) == 0) return std::stoul("0" + text.substr(2), nullptr, 8);
  return std::stoul(text, nullptr, text[0] == '0' ? 8 : 10);
}

}  // namespace

struct Volumes::Content {
  struct File {
    std::string text;
    unsigned long mode = 0644;
  };
  std::map<std::string, File> files;  // by path in the volume
};

bool Volumes::read_only(const YAML::Node& volume) const {
  return volume && (volume["configMap"] || volume["secret"] || volume["projected"] || volume["downwardAPI"]);
}

// `source`: the configMap, secret or downwardAPI of a volume, or one of a projected volume's sources.
void Volumes::collect(const YAML::Node& source, const YAML::Node& volume, const Paths& paths, Content& content) const {
  for (const char* kind : {"configMap", "secret", "downwardAPI"}) {
    const YAML::Node part = source[kind];
    if (!part) continue;
    unsigned long mode = mode_of(part["defaultMode"], mode_of(volume["defaultMode"], 0644));
    if (std::string(kind) == "downwardAPI") {
      for (const YAML::Node& item : part["items"]) {
        if (!item["fieldRef"]) continue;
        content.files[text_of(item["path"])] = {field(pod_, text_of(item["fieldRef"]["fieldPath"])),
                                                mode_of(item["mode"], mode)};
      }
      continue;
    }
    bool secret = std::string(kind) == "secret";
    std::string name = text_of(part[secret ? "secretName" : "name"], text_of(part["name"]));
    const YAML::Node data = data_of(objects_, secret ? "Secret" : "ConfigMap", name, pod_);
    auto text = [&](const YAML::Node& value) { return secret ? kSecret : paths.moved(text_of(value)); };
    if (part["items"]) {
      for (const YAML::Node& item : part["items"]) {
        std::string key = text_of(item["key"]);
        bool there = data && data.IsMap() && data[key];
        if (!there && !secret) continue;
        content.files[text_of(item["path"])] = {there ? text(data[key]) : kSecret, mode_of(item["mode"], mode)};
      }
    } else if (data && data.IsMap()) {
      for (const auto& entry : data) content.files[entry.first.Scalar()] = {text(entry.second), mode};
    }
  }
}

fs::path Volumes::written(const YAML::Node& volume, const Paths& paths) {
  Content content;
  collect(volume, YAML::Node(), paths, content);
  if (const YAML::Node projected = volume["projected"]) {
    for (const YAML::Node& source : projected["sources"]) collect(source, projected, paths, content);
  }
  fs::path folder = folder_ / "fixed" / std::to_string(written_++);
  fs::create_directories(folder);
  for (const auto& [path, file] : content.files) {
    // A path out of the volume is refused by the API server.
    if (path.empty() || path[0] == '/' || path.find("..") != std::string::npos) continue;
    fs::create_directories((folder / path).parent_path());
    std::ofstream(folder / path, std::ios::binary) << file.text;
    fs::permissions(folder / path, fs::perms((file.mode & 0111) != 0 ? 0555 : 0444));
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) fs::permissions(entry.path(), fs::perms(0555));
  }
  fs::permissions(folder, fs::perms(0555));
  return folder;
}

void Volumes::mount(const YAML::Node& container, const Environment& environment, const fs::path& root,
                    const fs::path& mounted_files, const Paths& paths) {
  // What is mounted below another mount comes after it. Nodes are not sorted: assigning one changes the document.
  std::multimap<size_t, YAML::Node> mounts;
  for (const YAML::Node& mount : container["volumeMounts"]) {
    mounts.emplace(text_of(mount["mountPath"]).size(), mount);
  }
  std::ofstream files(mounted_files);
  for (const auto& [length, mount] : mounts) {
    std::string name = text_of(mount["name"]), place = text_of(mount["mountPath"]);
    while (place.size() > 1 && place.back() == '/') place.pop_back();
    if (place.size() < 2 || place[0] != '/' || place.find("..") != std::string::npos) continue;
    YAML::Node volume;
    for (const YAML::Node& one : pod_.set["spec"]["template"]["spec"]["volumes"]) {
      if (text_of(one["name"]) == name) volume = one;
    }
    bool fixed = read_only(volume);
    fs::path source = fixed ? written(volume, paths) : shared() / name;
    if (!fixed) fs::create_directories(source);
    std::string sub = text_of(mount["subPath"], expand(text_of(mount["subPathExpr"]), environment));
    if (!sub.empty()) {
      source /= sub;
      std::error_code ignored;
      if (!fixed && !fs::exists(source)) fs::create_directories(source, ignored);
    }
    fs::path target = root.string() + place;
    std::error_code failed;
    fs::create_directories(target.parent_path(), failed);
    fs::remove_all(target, failed);
    fs::create_symlink(source, target, failed);
    if (failed) continue;  // below a volume that cannot be written to: the runtime refuses it
    links_.push_back(target);
    if (fs::is_regular_file(source)) files << target.string() << '\n';
  }
}

void Volumes::unmount() {
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    std::error_code ignored;
    if (!fs::is_symlink(*link)) continue;
    fs::remove(*link, ignored);
    fs::create_directory(*link, ignored);
  }
  links_.clear();
}

}  // namespace proof
