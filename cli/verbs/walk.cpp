#include "cli/verbs/walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

namespace brokergate::cli {
namespace {

namespace fs = std::filesystem;
using Identity = std::pair<dev_t, ino_t>;

bool is_manifest(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

class Walker {
 public:
  explicit Walker(Walk& out) : out_(out) {}

  void directory(const std::string& root) {
    const size_t before = out_.files.size(), problems = out_.problems.size();
    enter(root);
    std::sort(out_.files.begin() + static_cast<std::ptrdiff_t>(before), out_.files.end(),
              [](const FoundFile& a, const FoundFile& b) { return a.name < b.name; });
    if (out_.files.size() == before && out_.problems.size() == problems) {
      problem(root, "no manifest in this directory (looked for *.yaml, *.yml and *.json at every depth)");
    }
  }

 private:
  void problem(const std::string& file, std::string message) {
    out_.problems.push_back({file, nullptr, {}, std::move(message)});
  }

  bool first_visit(const fs::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && seen_.emplace(info.st_dev, info.st_ino).second;
  }

  void enter(const std::string& root) {
    // A list instead of recursion: the depth of a directory tree is not ours to trust.
    std::vector<fs::path> waiting{root};
    while (!waiting.empty()) {
      const fs::path current = std::move(waiting.back());
      waiting.pop_back();
      if (!first_visit(current)) continue;
      if (is_file(current / "Chart.yaml") && is_folder(current / "templates")) {
        problem((current / "Chart.yaml").string(),
                "an unrendered Helm chart; render it and check the result: "
                "helm template NAME " +
                    current.string() + " | brokergate lint -");
        continue;
      }
      std::error_code failure;
      fs::directory_iterator entry(current, failure);
      for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        const fs::path& path = entry->path();
        if (path.filename().native().starts_with('.')) continue;
        if (is_folder(path)) {
          waiting.push_back(path);
        } else if (is_manifest(path) && is_file(path) && first_visit(path)) {
          out_.files.push_back({path.string(), true});
        } else if (is_manifest(path) && !fs::exists(path) && fs::is_symlink(path)) {
          problem(path.string(), "a symbolic link that leads nowhere");
        }
      }
      if (failure) problem(current.string(), "cannot list this directory: " + failure.message());
    }
  }

  Walk& out_;
  std::set<Identity> seen_;
};

}  // namespace

Walk walk(const std::vector<std::string>& paths) {
  Walk out;
  std::set<std::string> named;
  for (const std::string& path : paths) {
    if (!named.insert(path).second) continue;
    struct stat info {};
    if (path == "-") {
      out.files.push_back({path, false});
    } else if (::stat(path.c_str(), &info) != 0) {
      out.problems.push_back({path, nullptr, {}, std::strerror(errno)});
    } else if (S_ISDIR(info.st_mode)) {
      Walker(out).directory(path);
    } else {
      out.files.push_back({path, false});
    }
  }
  return out;
}

bool in_chart_templates(const std::string& file) {
  std::error_code failure;
  const fs::path path = fs::absolute(file, failure).lexically_normal();
  if (failure) return false;
  for (fs::path folder = path.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (folder.filename() == "templates" && is_file(folder.parent_path() / "Chart.yaml")) return true;
  }
  return false;
}

}  // namespace brokergate::cli
