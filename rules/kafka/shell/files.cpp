// What is known of files: those the container was given by volumes and those the
// script makes; cp, mv, rm.
#include <algorithm>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

// The innermost volume that `path` lies on; null: none.
const FileSystem::Folder* Interpreter::folder_of(std::string_view path) const {
  if (system_ == nullptr) return nullptr;
  for (std::string_view at = path; !at.empty();) {
    if (const auto found = system_->folders.find(at); found != system_->folders.end()) return &found->second;
    const size_t slash = at.rfind('/');
    if (slash == std::string_view::npos) break;
    at = at.substr(0, slash);
  }
  return nullptr;
}

bool Interpreter::is_folder(const State& state, const std::string& path) const {
  const std::string folder = without_slash(path);
  if (system_ != nullptr && system_->folders.contains(folder) && !state.files.contains(folder)) return true;
  const auto below = state.files.lower_bound(folder + "/");
  return below != state.files.end() && below->first.starts_with(folder + "/");
}

// Certainly not there. A program that is not known may have made it.
bool Interpreter::is_absent(const State& state, const std::string& path) const {
  const FileSystem::Folder* folder = folder_of(path);
  if (folder == nullptr || !folder->complete || started_ || has_opaque(path) || state.files.contains(path) ||
      is_folder(state, path))
    return false;
  // Below what may be a link to a folder anything may be.
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (state.files.contains(path.substr(0, slash))) return false;
  return true;
}

bool Interpreter::may_write(const State& state, const std::string& path) const {
  if (const auto found = state.files.find(path); found != state.files.end()) return !found->second.read_only;
  const FileSystem::Folder* folder = folder_of(path);
  return folder == nullptr || !folder->read_only;
}

// False: what matches is not known.
bool Interpreter::matching_files(const State& state, const std::string& pattern, std::vector<std::string>& out) const {
  const std::string path = file_path(state, pattern);
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || has_opaque(path)) return false;
  const std::string folder = path.substr(0, slash + 1);
  const std::string_view name = last_part(path);
  if (name.empty()) return false;
  const FileSystem::Folder* volume = folder_of(path);
  if (volume == nullptr || !volume->complete || started_ || folder.find_first_of("*?[") != std::string::npos)
    return false;
  std::vector<std::string> found;
  for (auto file = state.files.lower_bound(folder); file != state.files.end(); ++file) {
    if (!file->first.starts_with(folder)) break;
    const std::string_view rest = std::string_view(file->first).substr(folder.size());
    // `> folder/` leaves a name with nothing behind the slash.
    if (rest.empty() || rest.find('/') != std::string_view::npos || (rest.front() == '.' && name.front() != '.'))
      continue;
    const auto fits = matches({std::string(name)}, rest);
    if (!fits) return false;
    if (*fits) found.push_back(pattern.substr(0, pattern.rfind('/') + 1) + std::string(rest));
  }
  // `out` may hold the words before.
  out.insert(out.end(), found.begin(), found.end());
  return !found.empty();
}

// False: it fails for certain.
bool Interpreter::copy_one(State& state, const std::string& from, const std::string& to, bool move) {
  if (!may_write(state, to) || is_absent(state, from)) return false;
  const auto source = state.files.find(from);
  File copy{.text = unknown_atom("a copy of " + display(from) + ", which is not known"), .body = {}};
  if (source != state.files.end()) {
    copy = source->second;
    copy.body = {};
    copy.read_only = false;
    if (move) state.files.erase(source);
  }
  constexpr size_t kMostCopied = size_t{8} << 20;
  copied_ += copy.text.size();
  if (copied_ > kMostCopied) copy.text = unknown_atom("more is copied than a start script does");
  if (from != to && spend(1)) state.files[to] = std::move(copy);
  return true;
}

// cp, mv
void Interpreter::do_cp(Call& call) {
  State& state = call.state;
  const bool move = call.argv[0].ends_with("mv");
  bool recursive = move, odd = call.uncertain;
  std::vector<std::string> names;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word.size() < 2 || word[0] != '-') {
      names.push_back(word);
    } else if (word[1] != '-') {
      recursive = recursive || word.find_first_of("rRa") != std::string::npos;
      odd = odd || word.find_first_of("tTnu") != std::string::npos;
    }
  }
  state.status = kUnknownStatus;
  const bool opaque = std::any_of(names.begin(), names.end(), [](const auto& name) { return has_opaque(name); });
  if (names.size() < 2 || odd || opaque) {
    if (odd || opaque) lose_files(state, "changed by " + quote(call.node.text));
    return;
  }
  const std::string target = file_path(state, names.back());
  const bool folder = target.ends_with('/') || is_folder(state, target);
  names.pop_back();
  bool fails = false, known = folder_of(target) != nullptr;
  for (const std::string& name : names) {
    const std::string from = without_slash(file_path(state, name));
    std::string to = folder ? without_slash(target) + "/" + std::string(last_part(from)) : target;
    if (is_folder(state, from)) {
      // `cp -r a/. b` copies what is in it.
      if (name.ends_with("/.")) to = without_slash(target);
      std::vector<std::string> below;
      for (auto file = state.files.lower_bound(from + "/"); file != state.files.end(); ++file) {
        if (!file->first.starts_with(from + "/")) break;
        below.push_back(file->first);
      }
      if (!recursive) fails = true;
      for (const std::string& file : below)
        if (recursive && !copy_one(state, file, to + file.substr(from.size()), move)) fails = true;
      continue;
    }
    known = known && state.files.contains(from);
    if (!copy_one(state, from, to, move)) fails = true;
  }
  if (fails) {
    state.status = 1;
  } else if (known) {
    state.status = 0;
  }
}

void Interpreter::do_remove(Call& call) {
  State& state = call.state;
  bool recursive = false;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    if (call.argv[i].starts_with("-")) {
      recursive = recursive || call.argv[i].find_first_of("rR") != std::string::npos;
      continue;
    }
    const std::string path = without_slash(file_path(state, call.argv[i]));
    if (has_opaque(path)) {
      lose_files(state, "removed by " + quote(call.node.text));
      continue;
    }
    if (may_write(state, path)) state.files.erase(path);
    if (!recursive) continue;
    auto file = state.files.lower_bound(path + "/");
    while (file != state.files.end() && file->first.starts_with(path + "/"))
      file = file->second.read_only ? std::next(file) : state.files.erase(file);
  }
  state.status = kUnknownStatus;
}

// mkdir, touch, ln: what is on a volume of which all is known is no longer what it was.
void Interpreter::do_make(Call& call) {
  constexpr size_t kMostFiles = 256;
  State& state = call.state;
  std::vector<std::string> names;
  bool odd = call.uncertain;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    odd = odd || has_opaque(word);
    if (word.size() > 1 && word[0] == '-') {
      if (word == "-m" || word == "-d" || word == "-r" || word == "-t") ++i;  // with a value of their own
    } else {
      names.push_back(without_slash(word));
    }
  }
  const bool links = call.argv[0].ends_with("ln");
  state.status = kUnknownStatus;
  if (odd && (links || system_ != nullptr)) lose_files(state, "changed by " + quote(call.node.text));
  if (odd || system_ == nullptr || state.files.size() >= kMostFiles) return;
  if (links) return make_links(call, names);
  const bool folders = call.argv[0].ends_with("mkdir");
  for (const std::string& word : names) {
    const std::string name = file_path(state, word);
    if (folder_of(name) == nullptr || !may_write(state, name) || !is_absent(state, name)) continue;
    state.files[folders ? name + "/." : name] = {};
  }
}

// What is written to the one changes the other, and neither is followed any further.
void Interpreter::make_links(Call& call, std::vector<std::string> names) {
  State& state = call.state;
  if (names.empty()) return;
  const std::string link = file_path(state, names.size() > 1 ? std::string_view(names.back()) : last_part(names[0]));
  if (names.size() > 1) names.pop_back();
  const File lost{.text = unknown_atom("linked by " + quote(call.node.text)), .body = {}};
  const bool folder = is_folder(state, link);
  for (const std::string& word : names) {
    const std::string place = folder ? link + "/" + std::string(last_part(word)) : link;
    if (may_write(state, place)) state.files[place] = lost;
    // A relative name is one where the link stands, or without -s one where the shell is.
    const std::string beside = word[0] == '/' ? word : place.substr(0, place.rfind('/') + 1) + word;
    for (const std::string& name : {file_path(state, word), file_path(state, beside)})
      for (auto& [path, file] : state.files)
        if (!file.read_only && (path == name || path.starts_with(name + "/"))) file = lost;
  }
}

}  // namespace brokergate::shell
