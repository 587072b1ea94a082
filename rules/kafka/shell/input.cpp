// Commands that read what the script itself provides.
#include <algorithm>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/filters.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// The fields of a line for `count` variables; the last one takes the rest.
std::vector<std::string> split_line(std::string_view line, std::string_view ifs, size_t count) {
  std::vector<std::string> fields;
  auto is_ifs = [&](char c) { return ifs.find(c) != std::string_view::npos; };
  auto is_ifs_white = [&](char c) { return is_white(c) && is_ifs(c); };
  size_t at = 0;
  while (at < line.size() && is_ifs_white(line[at])) ++at;
  while (at < line.size()) {
    if (fields.size() + 1 == count) {
      std::string_view rest = line.substr(at);
      while (!rest.empty() && is_ifs_white(rest.back())) rest.remove_suffix(1);
      // One trailing separator belongs to the last field only if others precede it.
      if (!rest.empty() && is_ifs(rest.back()) && !is_white(rest.back())) {
        std::string_view body = rest.substr(0, rest.size() - 1);
        if (std::none_of(body.begin(), body.end(), is_ifs)) rest = body;
      }
      fields.emplace_back(rest);
      return fields;
    }
    size_t end = at;
    while (end < line.size() && !is_ifs(line[end])) ++end;
    fields.emplace_back(line.substr(at, end - at));
    at = end;
    while (at < line.size() && is_ifs_white(line[at])) ++at;
    if (at < line.size() && is_ifs(line[at]) && !is_white(line[at])) {
      ++at;
      while (at < line.size() && is_ifs_white(line[at])) ++at;
    }
  }
  return fields;
}

}  // namespace

void Interpreter::do_read(Call& call) {
  State& state = call.state;
  bool raw = false, array = false, odd = false;
  std::vector<std::string> names;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word.size() > 1 && word[0] == '-' && names.empty()) {
      for (char c : std::string_view(word).substr(1)) {
        raw = raw || c == 'r';
        array = array || c == 'a';
        odd = odd || (c != 'r' && c != 'a' && c != 's');
      }
    } else {
      names.push_back(word);
    }
  }
  if (names.empty()) names.emplace_back("REPLY");
  std::string ifs = parameter("IFS", nullptr, state, call.io).value_or(" \t\n");
  std::string reason = "what " + quote(call.node.text) + " reads";
  std::string_view rest;
  if (call.io.in != nullptr)
    rest = std::string_view(call.io.in->text).substr(std::min(call.io.in->at, call.io.in->text.size()));
  bool known = call.io.in != nullptr && !odd && !call.uncertain && !has_unknown(rest) && !has_opaque(ifs);
  std::string line;
  bool complete = false;
  if (known) {
    size_t newline = rest.find('\n');
    complete = newline != std::string_view::npos;
    line = rest.substr(0, newline);
    call.io.in->at = complete ? call.io.in->at + newline + 1 : call.io.in->text.size();
    known = spend(1 + line.size() / 256) && (raw || line.find('\\') == std::string::npos);
    // A known line of atoms can be taken whole, not cut.
    if (has_opaque(line) && (names.size() > 1 || array || ifs != " \t\n")) known = false;
  }
  for (const std::string& name : names) {
    if (!is_name(name)) known = false;
  }
  if (!known) {
    for (const std::string& name : names) {
      if (!is_name(name)) continue;
      if (array) {
        set_array(state, name, {unknown_atom(reason)});
      } else {
        set_variable(state, name, unknown_atom(reason), {}, {}, false);
      }
    }
    state.status = kUnknownStatus;
    return;
  }
  std::vector<std::string> fields = split_line(line, ifs, array ? SIZE_MAX : names.size());
  if (array) {
    set_array(state, names[0], std::move(fields));
  } else {
    fields.resize(names.size());
    for (size_t i = 0; i < names.size(); ++i) set_variable(state, names[i], std::move(fields[i]), {}, {}, false);
  }
  if (!state.dead) state.status = complete ? 0 : 1;
}

void Interpreter::do_readarray(Call& call) {
  State& state = call.state;
  bool trim = false, odd = false;
  std::string name = "MAPFILE";
  for (size_t i = 1; i < call.argv.size(); ++i) {
    if (call.argv[i] == "-t") {
      trim = true;
    } else if (call.argv[i].substr(0, 1) == "-") {
      odd = true;
    } else {
      name = call.argv[i];
    }
  }
  if (!is_name(name)) return;
  std::string text = read_all(call.io);
  std::vector<std::string> lines;
  if (odd || has_unknown(text)) {
    lines.push_back(unknown_atom("what " + quote(call.node.text) + " reads"));
  } else {
    for (size_t at = 0; at < text.size() && spend(1);) {
      size_t end = std::min(text.find('\n', at), text.size());
      lines.push_back(text.substr(at, end - at) + (trim || end == text.size() ? "" : "\n"));
      at = end + 1;
    }
  }
  set_array(state, name, std::move(lines));
  state.status = 0;
}

void Interpreter::do_cat(Call& call) {
  State& state = call.state;
  state.status = 0;
  bool any = false;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& name = call.argv[i];
    if (name.size() > 1 && name[0] == '-') {
      unknown_output(call, "the output of " + quote(call.node.text));
      state.status = kUnknownStatus;
      return;
    }
    any = true;
    if (name == "-") {
      write(call.io, read_all(call.io));
    } else if (const std::string* text = file_text(state, name)) {
      write(call.io, *text);
      if (has_unknown(*text)) state.status = kUnknownStatus;
    } else if (name == "/etc/hostname") {
      write(call.io, hostname_ + "\n");
    } else if (is_absent(state, file_path(state, name))) {
      state.status = 1;
    } else {
      state.status = kUnknownStatus;
      if (call.io.out != nullptr) write(call.io, unknown_atom("what is in " + display(name)));
    }
  }
  if (any) {
    call.copied = call.argv.size() == 2 && call.argv[1] == "-";
    return;
  }
  call.copied = true;
  if (call.io.out != nullptr) write(call.io, read_all(call.io));
}

void Interpreter::do_tee(Call& call) {
  std::string text = read_all(call.io);
  bool append = false;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    if (call.argv[i] == "-a") {
      append = true;
    } else if (call.argv[i].substr(0, 5) != "/dev/" && call.argv[i].substr(0, 1) != "-") {
      write_file(call.state, file_path(call.state, call.argv[i]), text, append, call.here);
    }
  }
  write(call.io, text);
  call.copied = true;
  call.state.status = 0;
}

void Interpreter::do_hostname(Call& call) {
  call.state.status = 0;
  const std::string_view option = call.argv.size() == 2 ? std::string_view(call.argv[1]) : std::string_view{};
  const std::string domain = system_ != nullptr ? system_->domain : std::string();
  if (call.argv.size() == 1 || option == "-s") {
    write(call.io, hostname_ + "\n");
  } else if (!domain.empty() && (option == "-f" || option == "--fqdn")) {
    write(call.io, hostname_ + "." + domain + "\n");
  } else if (!domain.empty() && (option == "-d" || option == "--domain")) {
    write(call.io, domain + "\n");
  } else {
    unknown_output(call, "the output of " + quote(call.node.text));
    call.state.status = kUnknownStatus;
  }
}

void Interpreter::do_printenv(Call& call) {
  if (call.argv.size() == 2 && is_name(call.argv[1])) {
    auto found = call.state.variables.find(call.argv[1]);
    if (found != call.state.variables.end() && found->second.exported) {
      write(call.io, found->second.value + "\n");
      call.state.status = 0;
      return;
    }
  }
  unknown_output(call, "the output of " + quote(call.node.text));
  call.state.status = kUnknownStatus;
}

// $NAME and ${NAME} of exported variables.
void Interpreter::do_envsubst(Call& call) {
  std::string text = read_all(call.io);
  call.state.status = 0;
  if (call.io.out == nullptr) return;
  if (call.argv.size() > 1 || has_unknown(text)) {
    write(call.io, unknown_atom("the output of " + quote(call.node.text)));
    return;
  }
  std::string out;
  for (size_t i = 0; i < text.size() && spend_bytes(16);) {
    bool braces = text.compare(i, 2, "${") == 0;
    size_t begin = i + (braces ? 2 : 1), end = begin;
    while (end < text.size() && is_name_char(text[end])) ++end;
    std::string_view name = std::string_view(text).substr(std::min(begin, text.size()), end - std::min(begin, end));
    if (text[i] != '$' || !is_name(name) || (braces && text.compare(end, 1, "}") != 0)) {
      out += text[i++];
      continue;
    }
    auto found = call.state.variables.find(name);
    if (found == call.state.variables.end()) {
      out += parameter(name, nullptr, call.state, call.io).value_or("");
    } else if (found->second.exported) {
      out += found->second.value;
    }
    i = end + (braces ? 1 : 0);
    if (out.size() > (size_t{256} << 10)) break;
  }
  write(call.io, out);
}

// False: `sed -i` of files that are not known, or of several; what it leaves is not known.
bool Interpreter::edits_in_place(Call& call) {
  bool edits = false, suffix = false, script = false, odd = call.uncertain;
  std::vector<std::string> operands;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    const bool option = word.size() > 1 && word[0] == '-';
    if (option && word.starts_with("--")) {
      edits = edits || word.starts_with("--in-place");
      suffix = suffix || word.starts_with("--in-place=");
    } else if (option) {
      const size_t at = word.find('i');
      edits = edits || at != std::string::npos;
      suffix = suffix || (at != std::string::npos && at + 1 < word.size());
      if (word.back() == 'e' || word.back() == 'f') {
        script = true;
        ++i;
      }
    } else {
      operands.push_back(word);
      odd = odd || (has_opaque(word) && (script || operands.size() > 1));
    }
  }
  if (!edits) return true;
  if (!script && !operands.empty()) operands.erase(operands.begin());
  // The folder may not be the one it seems to be.
  odd = odd || has_opaque(call.state.cwd);
  if (!odd && !suffix && operands.size() == 1) return true;
  const std::string reason = "changed by " + quote(call.node.text);
  for (const std::string& operand : operands)
    if (!odd && may_write(call.state, file_path(call.state, operand)))
      call.state.files[file_path(call.state, operand)] = {.text = unknown_atom(reason), .body = {}};
  if (odd) lose_files(call.state, reason);
  started_ = true;  // it may have left copies
  call.state.status = kUnknownStatus;
  return false;
}

void Interpreter::do_filter(Call& call) {
  State& state = call.state;
  std::vector<std::string> argv = call.argv;
  if (size_t slash = argv[0].rfind('/'); slash != std::string::npos) argv[0].erase(0, slash + 1);
  FilterInput input;
  input.file = [&](std::string_view name) {
    const std::string* text = file_text(state, name);
    if (text != nullptr) spend(text->size() / 32);
    return text;
  };
  bool reads = call.io.in != nullptr;
  input.text = read_all(call.io);
  FilterResult result;
  if (argv[0] == "sed" && !edits_in_place(call)) return;
  if (!call.uncertain && spend(1 + input.text.size() / 128)) result = run_filter(argv, input);
  if (!result.in_place.empty()) {
    // sed -i
    auto found = state.files.find(file_path(state, result.in_place));
    if (!may_write(state, file_path(state, result.in_place))) {
      state.status = 1;
      return;
    }
    if (found != state.files.end()) {
      found->second = {.text = result.known ? result.output : unknown_atom("changed by " + quote(call.node.text)),
                       .body = {}};
    }
    state.status = result.known && found != state.files.end() ? 0 : kUnknownStatus;
    return;
  }
  if (result.known) {
    write(call.io, result.output);
    state.status = result.status;
    return;
  }
  // awk's print > file, sed's w, sort -o.
  if (argv[0] == "awk" || argv[0] == "sed" || argv[0] == "sort") {
    const bool writes = std::any_of(argv.begin() + 1, argv.end(), [](const std::string& word) {
      return word.find('>') != std::string::npos || word.find("w ") != std::string::npos ||
             word.find("w/") != std::string::npos || word == "-o" || word.find("system") != std::string::npos;
    });
    if (writes) lose_writable(state, "changed by " + quote(call.node.text));
    started_ = started_ || writes;
  }
  last_command_ = quote(call.node.text);
  std::string why =
      reads && has_unknown(input.text) ? unknown_reason(input.text) : "the output of " + quote(call.node.text);
  if (call.io.out != nullptr) write(call.io, unknown_atom(why));
  state.status = kUnknownStatus;
}

}  // namespace brokergate::shell
