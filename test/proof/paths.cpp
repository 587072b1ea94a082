#include "test/proof/paths.h"

#include <cctype>

namespace proof {
namespace {

namespace fs = std::filesystem;

// Programs of the host that a command may really run.
constexpr const char* kHostFolders[] = {"/bin/", "/usr/bin/"};

bool of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.'; }

}  // namespace

Paths::Paths(fs::path root) : root_(root.string()) {
  for (const char* folder : {"etc",           "opt",     "var",   "tmp",    "home",
                             "usr",           "bin",     "root",  "run",    "srv",
                             "mnt",           "data",    "app",   "work",   "config",
                             "scripts",       "bitnami", "kafka", "shared", "__cacert_entrypoint.sh",
                             "entrypoint.sh", "run.sh"}) {
    folders_.insert(folder);
  }
}

void Paths::add(const std::string& path) {
  size_t begin = path.find_first_not_of('/');
  if (begin == std::string::npos) return;
  folders_.insert(path.substr(begin, std::min(path.find('/', begin), path.size()) - begin));
}

bool Paths::moves(const std::string& text, size_t at) const {
  // `://` and `a/b` are none.
  bool begins = at == 0 || std::string(" \t\n\"'`=:,(<>|&;{[@").find(text[at - 1]) != std::string::npos;
  if (!begins || text.compare(at, 2, "//") == 0) return false;
  size_t end = at + 1;
  while (end < text.size() && of_name(text[end])) ++end;
  if (folders_.count(text.substr(at + 1, end - at - 1)) == 0) return false;
  for (const char* folder : kHostFolders) {
    if (text.compare(at, std::string(folder).size(), folder) != 0) continue;
    size_t stop = at;
    while (stop < text.size() && (of_name(text[stop]) || text[stop] == '/')) ++stop;
    return fs::exists(root_ + text.substr(at, stop - at));  // a stand-in
  }
  return true;
}

std::string Paths::moved(const std::string& text) const {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/' && moves(text, i)) out += root_;
    out += text[i];
  }
  return out;
}

std::string Paths::moved_back(std::string text) const {
  for (size_t at = text.find(root_); at != std::string::npos; at = text.find(root_, at)) text.erase(at, root_.size());
  return text;
}

}  // namespace proof
