// Redirections (XCU 2.7) and the files a script writes.
#include <algorithm>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {

namespace {

// The name a file is kept by: absolute, or relative to where the container
// started as long as there was no `cd`. Links are not known.
std::string file_key(std::string_view cwd, std::string_view name) {
  std::string path;
  if (!name.empty() && name[0] != '/' && !cwd.empty()) path = std::string(cwd) + "/";
  path += name;
  if (path.find("//") == std::string::npos && path.find("/.") == std::string::npos && path.substr(0, 1) != ".")
    return path;
  std::vector<std::string_view> parts;
  const bool absolute = path[0] == '/', folder = path.back() == '/';
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = std::string_view(path).substr(at, end - at);
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part == ".." ? !absolute : !part.empty() && part != ".") {
      parts.push_back(part);
    }
    at = end + 1;
  }
  std::string out;
  for (const std::string_view part : parts) {
    if (absolute || !out.empty()) out += '/';
    out += part;
  }
  if (folder || out.empty()) out += '/';
  return out;
}

}  // namespace

const File* Result::file(std::string_view name) const {
  const auto found = files.find(file_key(cwd, name));
  return found == files.end() ? nullptr : &found->second;
}

std::string Interpreter::file_path(const State& state, std::string_view name) const {
  return file_key(state.cwd, name);
}

const std::string* Interpreter::file_text(const State& state, std::string_view name) const {
  if (state.files.empty()) return nullptr;
  auto found = state.files.find(file_path(state, name));
  if (found == state.files.end()) return nullptr;
  note_read(found->second.text);
  return &found->second.text;
}

void Interpreter::write_file(State& state, const std::string& path, const std::string& text, bool append, Span body) {
  if (!spend_bytes(text.size()) || !may_write(state, path)) return;
  constexpr size_t kMaxFiles = 256;
  auto found = state.files.find(path);
  const bool absent = found == state.files.end() && is_absent(state, path);
  if (found == state.files.end()) {
    if (state.files.size() >= kMaxFiles) {
      stop("the script writes more files than a start script");
      return;
    }
    found = state.files.emplace(path, File{}).first;
    if (append && !absent) found->second.text = unknown_atom("what " + path + " holds in the image");
  }
  found->second.given = 0;
  if (append) {
    found->second.text += text;
    found->second.body = {};
    spend_bytes(found->second.text.size());
  } else {
    found->second.text = text;
    found->second.body = no_spans_ == 0 ? body : Span{};
  }
}

void Interpreter::write(Io io, std::string_view text) {
  if (io.out == nullptr || !spend_bytes(io.out->text.size() / 16 + text.size())) return;
  if (text.size() + io.out->text.size() > (size_t{256} << 10)) {
    stop("the script makes more text than a start script does; it was not followed to its end");
    return;
  }
  io.out->text += text;
}

void Interpreter::write_error(Io io, std::string_view text) { write({nullptr, io.err, nullptr}, text); }

std::string Interpreter::read_all(Io io) {
  if (io.in == nullptr) return unknown_atom("the container's standard input");
  std::string text = io.in->text.substr(std::min(io.in->at, io.in->text.size()));
  io.in->at = io.in->text.size();
  spend_bytes(text.size());
  return text;
}

// False when a redirection ends the script.
bool Interpreter::redirect(const List<Redirect>& redirects, State& state, Io& io, Redirections& redirections) {
  using Op = Redirect::Op;
  for (const Redirect& one : redirects) {
    bool input = one.op == Op::kRead || one.op == Op::kDupIn || one.op == Op::kHere || one.op == Op::kHereString ||
                 one.op == Op::kReadWrite;
    int fd = one.fd == -1 ? (input ? 0 : 1) : one.fd;
    size_t assigned = state.assignments.size();
    std::string target = one.op == Op::kHere ? std::string() : expand_text(*one.target, state, io);
    if (state.dead || stopped()) return false;
    if (input) {
      if (one.op == Op::kDupIn) {
        if (fd == 0 && target != "0")
          redirections.inputs.push_back(
              std::make_unique<Input>(Input{unknown_atom("what a copied descriptor gives"), 0}));
        if (fd == 0 && target != "0") io.in = redirections.inputs.back().get();
        continue;
      }
      auto source = std::make_unique<Input>();
      if (one.op == Op::kHere) {
        if (one.here->body != nullptr) source->text = expand_text(*one.here->body, state, io);
        // ${A:=x} in it: bash expands in the child, dash in the shell.
        for (; assigned < state.assignments.size(); ++assigned) {
          auto found = state.variables.find(state.assignments[assigned].name);
          if (found == state.variables.end()) continue;
          found->second.value = unknown_atom("shells differ about assignments in here-documents");
          found->second.exact = false;
        }
        redirections.here = no_spans_ == 0 ? one.here->span : Span{};
      } else if (one.op == Op::kHereString) {
        source->text = target + "\n";
      } else if (target != "/dev/null") {
        const std::string* text = file_text(state, target);
        source->text = text != nullptr ? *text : unknown_atom("what is in " + target);
        if (has_opaque(target)) source->text = unknown_atom("what is in a file whose name is not known");
      }
      if (fd != 0) continue;
      if (one.op != Op::kHere) redirections.here = {};
      io.in = source.get();
      redirections.inputs.push_back(std::move(source));
      continue;
    }
    if (one.op == Op::kDupOut &&
        (target == "-" || (!target.empty() && target.find_first_not_of("0123456789") == std::string::npos))) {
      Sink* sink = nullptr;
      if (target == "1") sink = io.out;
      if (target == "2") sink = io.err;
      if (target.size() > 1 || (target[0] > '2' && target[0] <= '9')) {
        const auto open = state.descriptors.find(target.size() < 6 ? std::stoi(target) : -1);
        if (open == state.descriptors.end()) {
          lose_files(state, "it writes to descriptor " + target);
        } else if (!open->second.empty()) {
          Redirections::Target file;
          file.path = open->second;
          file.append = true;
          file.sink = std::make_unique<Sink>();
          sink = file.sink.get();
          redirections.files.push_back(std::move(file));
        }
      }
      if (fd == 1) io.out = sink;
      if (fd == 2) io.err = sink;
      continue;
    }
    bool both = one.op == Op::kBoth || one.op == Op::kBothAppend || one.op == Op::kDupOut;
    Sink* sink = nullptr;
    if (target == "/dev/stdout" || target == "/proc/self/fd/1") {
      sink = io.out;
    } else if (target == "/dev/stderr" || target == "/proc/self/fd/2") {
      sink = io.err;
    } else if (has_opaque(target)) {
      lose_files(state, "it writes a file whose name is not known: " + display(target));
    } else if (target.substr(0, 5) != "/dev/" && target.substr(0, 6) != "/proc/") {
      Redirections::Target file;
      file.path = file_path(state, target);
      // The shell opens it first: the command is not run where that fails, and a file that
      // the command reads as well is empty then.
      if (!may_write(state, file.path)) {
        state.status = 1;
        return false;
      }
      const bool truncates = one.op != Op::kAppend && one.op != Op::kBothAppend;
      if (truncates && system_ != nullptr && state.files.contains(file.path))
        write_file(state, file.path, {}, false, {});
      file.append = one.op == Op::kAppend || one.op == Op::kBothAppend;
      file.sink = std::make_unique<Sink>();
      sink = file.sink.get();
      if (fd > 2 && !both) sink->text = unknown_atom("what is written to descriptor " + std::to_string(fd));
      redirections.files.push_back(std::move(file));
    }
    if (fd == 1 || both) io.out = sink;
    if (fd == 2 || both) io.err = sink;
  }
  return true;
}

// `exec 3>file`, `exec >file`: of the shell itself, for all that follows.
void Interpreter::open_descriptor(const Redirect& one, State& state, Io io) {
  using Op = Redirect::Op;
  const bool both = one.op == Op::kBoth || one.op == Op::kBothAppend;
  const bool file = one.op == Op::kWrite || one.op == Op::kAppend || one.op == Op::kReadWrite || both;
  if (!file && one.op != Op::kDupOut) return;
  const std::string target = expand_text(*one.target, state, io);
  const int fd = one.fd == -1 ? 1 : one.fd;
  if (!file) {
    // A copy of what is no file of the script's.
    auto from = state.descriptors.find(target.size() == 1 && is_digit(target[0]) ? target[0] - '0' : -1);
    std::string path = from == state.descriptors.end() ? std::string() : from->second;
    if (fd > 2 || !path.empty()) state.descriptors[fd] = std::move(path);
    return;
  }
  std::string path = file_path(state, target);
  if (path.substr(0, 5) == "/dev/" || path.substr(0, 6) == "/proc/") path.clear();
  if (!path.empty()) write_file(state, path, {}, one.op == Op::kAppend || one.op == Op::kBothAppend, {});
  if (fd <= 2 && !path.empty()) {
    doubt_ = "its output goes to " + display(path);
    state.files[path] = {.text = unknown_atom(doubt_), .body = {}};
  } else if (fd > 2 && state.descriptors.size() < 64) {
    state.descriptors[fd] = std::move(path);
  }
}

// A file may be any that the script writes.
void Interpreter::lose_files(State& state, const std::string& reason) {
  doubt_ = reason;
  for (auto& [path, file] : state.files) file = {.text = unknown_atom(reason), .body = {}};
}

void Interpreter::lose_writable(State& state, const std::string& reason) {
  for (auto& [path, file] : state.files) {
    const FileSystem::Folder* folder = folder_of(path);
    if (!file.read_only && folder != nullptr && !folder->read_only) file = {.text = unknown_atom(reason), .body = {}};
  }
}

// A redirection from a file of which nobody knows whether it is there.
bool Interpreter::may_be_missing(const List<Redirect>& redirects, const State& state) const {
  return std::any_of(redirects.begin(), redirects.end(), [&](const Redirect& one) {
    if (one.op != Redirect::Op::kRead || one.target->parts.count == 0) return false;
    const Part& part = one.target->parts[0];
    if (part.kind == Part::Kind::kProcess) return false;
    if (part.kind != Part::Kind::kText || one.target->parts.count > 1) return true;
    return part.text.substr(0, 5) != "/dev/" && part.text.substr(0, 6) != "/proc/" &&
           file_text(state, part.text) == nullptr;
  });
}

// Puts what was written where it belongs. `body`: the here-document that was
// copied as it is.
void Interpreter::finish_redirections(Redirections& redirections, State& state, State* failed, Span body) {
  for (Redirections::Target& file : redirections.files) {
    for (State* way : {&state, failed}) {
      if (way != nullptr && !way->dead) write_file(*way, file.path, file.sink->text, file.append, body);
    }
  }
}

}  // namespace brokergate::shell
