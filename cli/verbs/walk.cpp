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
    // Two names of one file need a link.
    if (any_link_) {
      const auto again = [&](const FoundFile& file) { return !first_visit(file.name); };
      out_.files.erase(
          std::remove_if(out_.files.begin() + static_cast<std::ptrdiff_t>(before), out_.files.end(), again),
          out_.files.end());
    }
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
        if (!entry->path().filename().native().starts_with('.')) look_at(*entry, waiting);
      }
      if (failure) problem(current.string(), "cannot list this directory: " + failure.message());
    }
  }

  // The entry's type comes with the listing; only links cost another system call.
  void look_at(const fs::directory_entry& entry, std::vector<fs::path>& waiting) {
    std::error_code ignored;
    const fs::path& path = entry.path();
    if (entry.is_directory(ignored)) {
      waiting.push_back(path);
    } else if (!is_manifest(path)) {
      return;
    } else if (entry.is_regular_file(ignored)) {
      any_link_ = any_link_ || entry.is_symlink(ignored);
      out_.files.push_back({path.string(), true});
    } else if (entry.is_symlink(ignored) && !entry.exists(ignored)) {
      problem(path.string(), "a symbolic link that leads nowhere");
    }
  }

  Walk& out_;
  bool any_link_ = false;
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
