// Redirections (XCU 2.7) and the files a script writes.
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {

// The name a file is kept by: absolute, or relative to where the container
// started as long as there was no `cd`.
std::string Interpreter::file_path(const State& state, std::string_view name) const {
  std::string path;
  if (!name.empty() && name[0] != '/' && !state.cwd.empty()) path = state.cwd + "/";
  while (name.substr(0, 2) == "./") name.remove_prefix(2);
  path += name;
  for (size_t at = path.find("//"); at != std::string::npos; at = path.find("//", at)) path.erase(at, 1);
  return path;
}

const std::string* Interpreter::file_text(const State& state, std::string_view name) const {
  if (state.files.empty()) return nullptr;
  auto found = state.files.find(file_path(state, name));
  return found == state.files.end() ? nullptr : &found->second.text;
}

void Interpreter::write_file(State& state, const std::string& path, const std::string& text, bool append, Span body) {
  if (!spend_bytes(text.size())) return;
  constexpr size_t kMaxFiles = 256;
  auto found = state.files.find(path);
  if (found == state.files.end()) {
    if (state.files.size() >= kMaxFiles) {
      stop("the script writes more files than a start script");
      return;
    }
    found = state.files.emplace(path, File{}).first;
    if (append) found->second.text = unknown_atom("what " + path + " holds in the image");
  }
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
      if (target.size() > 1 || (target[0] > '2' && target[0] <= '9')) doubt_ = "it writes to descriptor " + target;
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
      doubt_ = "it writes a file whose name is not known: " + display(target);
    } else if (target.substr(0, 5) != "/dev/" && target.substr(0, 6) != "/proc/") {
      Redirections::Target file;
      file.path = file_path(state, target);
      file.append = one.op == Op::kAppend || one.op == Op::kBothAppend;
      file.sink = std::make_unique<Sink>();
      sink = file.sink.get();
      redirections.files.push_back(std::move(file));
    }
    if (fd == 1 || both) io.out = sink;
    if (fd == 2 || both) io.err = sink;
  }
  return true;
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
