// Parameters and their expansion operators (XCU 2.6.2 and bash's).
#include <algorithm>
#include <array>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Set by the shell or by the image (ENV in its Dockerfile): not set in the
// manifest does not mean unset.
bool set_elsewhere(std::string_view name) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"BASH",   "BASHPID",   "COLUMNS", "EPOCHSECONDS", "EUID",    "FUNCNAME", "GROUPS", "HOME",   "HOSTTYPE",
       "LANG",   "LANGUAGE",  "LINENO",  "LINES",        "LOGNAME", "MACHTYPE", "OLDPWD", "OPTARG", "OPTIND",
       "OSTYPE", "PATH",      "PPID",    "PS1",          "PS2",     "PS4",      "PWD",    "RANDOM", "SECONDS",
       "SHELL",  "SHELLOPTS", "SHLVL",   "SRANDOM",      "TERM",    "UID",      "USER",   "_"});
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || ends_with(name, "_HOME") ||
         ends_with(name, "_VERSION") || name.substr(0, 3) == "LC_" || name.substr(0, 5) == "BASH_";
}

bool ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// nullopt: cannot be known.
std::optional<bool> is_empty(std::string_view value) {
  if (value.empty()) return true;
  while (!value.empty() && value.front() == '\x01') {
    if (value.substr(1, 1) != "?") return false;
    size_t close = value.find('\x02');
    if (close == std::string_view::npos) return std::nullopt;
    value.remove_prefix(close + 1);
  }
  if (!value.empty()) return false;
  return std::nullopt;
}

std::string change_case(std::string value, bool upper, bool all) {
  size_t count = all ? value.size() : std::min<size_t>(1, value.size());
  for (size_t i = 0; i < count; ++i) {
    char& c = value[i];
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return value;
}

}  // namespace

const std::string* Interpreter::array_element(const State& state, std::string_view name, size_t index) const {
  auto found = state.arrays.find(name);
  if (found == state.arrays.end() || index >= found->second.size()) return nullptr;
  return &found->second[index];
}

std::optional<std::string> Interpreter::parameter(std::string_view name, const Word* subscript, State& state, Io io) {
  if (subscript != nullptr) {
    std::string reason;
    auto index = arithmetic(expand_text(*subscript, state, io), state, reason);
    if (!index) return unknown_atom(reason);
    auto array = state.arrays.find(name);
    if (array != state.arrays.end()) {
      int64_t at = *index < 0 ? *index + static_cast<int64_t>(array->second.size()) : *index;
      if (at < 0 || at >= static_cast<int64_t>(array->second.size())) {
        if (!unknown_array(array->second)) return std::nullopt;
        note_read(array->second[0]);
        return array->second[0];
      }
      note_read(array->second[static_cast<size_t>(at)]);
      return array->second[static_cast<size_t>(at)];
    }
    if (*index != 0) return std::nullopt;
  }
  if (auto found = state.variables.find(name); found != state.variables.end()) {
    note_read(found->second.value);
    return found->second.value;
  }
  if (const std::string* first = array_element(state, name, 0)) return *first;
  if (is_digit(name.front())) {
    size_t number = 0;
    for (char c : name) number = std::min<size_t>(number * 10 + static_cast<size_t>(c - '0'), 1'000'000);
    if (number == 0) return state.arg0.empty() ? unknown_atom("the name the shell was started by") : state.arg0;
    if (state.positional_unknown) return unknown_atom(std::string("the argument $").append(name));
    if (number <= state.positional.size()) return state.positional[number - 1];
    return std::nullopt;
  }
  if (!is_name_start(name.front())) {
    switch (name.front()) {
      case '#':
        if (state.positional_unknown) return unknown_atom("the number of arguments");
        return std::to_string(state.positional.size());
      case '?':
        if (state.status == kUnknownStatus) return unknown_atom("the status of the last command");
        if (state.status == kFailedStatus) return unknown_atom(kFailedReason);
        // Behind a $(…) in the same command it is that one's status in bash only.
        if (substituted_ && dialect_ == Dialect::kSh) return unknown_atom("shells differ about $? behind $(…)");
        return std::to_string(state.status);
      case '@':
      case '*': {
        std::string all;
        for (const std::string& one : state.positional) {
          if (&one != &state.positional.front()) all += ' ';
          all += one;
        }
        if (state.positional.empty()) return std::nullopt;
        return all;
      }
      default:
        return unknown_atom(std::string("$").append(name) + " is known only at run time");
    }
  }
  if (name == "HOSTNAME" && environment_.find(name) == environment_.end()) return hostname_;
  if (name == "IFS") return " \t\n";
  if (set_elsewhere(name))
    return unknown_atom(std::string("$").append(name) + " is set by the image, not by the manifest");
  return std::nullopt;
}

// $@, $*, ${A[@]}, ${A[*]} without an operator that needs one value.
std::optional<std::vector<std::string>> Interpreter::list_parameter(const Part& part, State& state, Io io) {
  bool positional = part.text == "@" || part.text == "*";
  bool array = part.subscript != nullptr && (part.subscript->raw == "@" || part.subscript->raw == "*");
  if (!positional && !array) return std::nullopt;
  std::vector<std::string> list;
  if (positional) {
    list = state.positional;
  } else if (auto found = state.arrays.find(part.text); found != state.arrays.end()) {
    list = found->second;
    for (const std::string& one : list) note_read(one);
  } else if (auto value = parameter(part.text, nullptr, state, io)) {
    list.push_back(*value);
  }
  // Elements of any length cost: `set -- "$@" "$@"` doubles them.
  for (const std::string& one : list)
    if (!spend_bytes(one.size() + 16)) return std::vector<std::string>{};
  switch (part.op) {
    case ParamOp::kNone:
      return list;
    case ParamOp::kLength:
      for (const std::string& one : list) {
        if (has_unknown(one)) return std::vector<std::string>{unknown_atom("the number of elements")};
      }
      return std::vector<std::string>{std::to_string(list.size())};
    case ParamOp::kSubstring: {
      std::string reason;
      auto from = arithmetic(expand_text(*part.arg, state, io), state, reason);
      std::optional<int64_t> length = static_cast<int64_t>(list.size());
      if (part.arg2 != nullptr) length = arithmetic(expand_text(*part.arg2, state, io), state, reason);
      // ${@:0} counts $0, negative numbers count from the end.
      if (unknown_array(list) || (positional && state.positional_unknown)) break;
      if (!from || !length || *from < (positional ? 1 : 0) || *length < 0) break;
      size_t begin = std::min(list.size(), static_cast<size_t>(*from) - (positional ? 1 : 0));
      size_t count = std::min(list.size() - begin, static_cast<size_t>(*length));
      return std::vector<std::string>(list.begin() + static_cast<ptrdiff_t>(begin),
                                      list.begin() + static_cast<ptrdiff_t>(begin + count));
    }
    case ParamOp::kDefault:
    case ParamOp::kAlternative:
    case ParamOp::kAssign:
    case ParamOp::kError:
    case ParamOp::kIndirect:
    case ParamOp::kNames:
      break;
    default: {
      Part single = part;
      for (std::string& one : list) one = apply(single, one, state, io);
      return list;
    }
  }
  if (part.op == ParamOp::kAlternative && part.arg != nullptr) {
    if (list.empty()) return list;
    return std::vector<std::string>{expand_text(*part.arg, state, io)};
  }
  if (part.op == ParamOp::kDefault && part.arg != nullptr) {
    if (list.empty()) return std::vector<std::string>{expand_text(*part.arg, state, io)};
    return list;
  }
  return std::vector<std::string>{unknown_atom("what the shell makes of $" + std::string(part.text))};
}

std::string Interpreter::parameter_value(const Part& part, State& state, Io io) {
  if (auto list = list_parameter(part, state, io)) {
    std::string all;
    for (const std::string& one : *list) {
      if (&one != &list->front()) all += ' ';
      all += one;
      if (!spend_bytes(all.size())) break;
    }
    return all;
  }
  return apply(part, parameter(part.text, part.subscript, state, io), state, io);
}

// The value of `part` when its parameter holds `value`.
std::string Interpreter::apply(const Part& part, std::optional<std::string> value, State& state, Io io) {
  auto unknown = [&](std::string_view what) {
    return unknown_atom(std::string(what) + " " + std::string(part.text) +
                        (value && has_unknown(*value) ? ": " + unknown_reason(*value) : ""));
  };
  switch (part.op) {
    case ParamOp::kDefault:
    case ParamOp::kAssign:
    case ParamOp::kError:
    case ParamOp::kAlternative: {
      std::optional<bool> filled = false;
      if (value) {
        std::optional<bool> empty = is_empty(*value);
        filled = empty ? std::optional(!part.colon || !*empty) : std::nullopt;
      }
      if (!filled) {
        // Both ways may give the same.
        if (part.op == ParamOp::kError) return *value;
        return unknown("a default that depends on");
      }
      if (part.op == ParamOp::kAlternative) return *filled ? expand_text(*part.arg, state, io) : std::string();
      if (*filled) return *value;
      if (part.op == ParamOp::kError) {
        exit_script(state, 1, std::string("${").append(part.text) + "?} has no value");
        return {};
      }
      std::string word = expand_text(*part.arg, state, io);
      if (part.op == ParamOp::kAssign) {
        if (!is_name(part.text)) return unknown("the assignment to");
        set_variable(state, part.text, word, part.arg->span, part.arg->span, false);
      }
      return word;
    }
    default:
      break;
  }
  if (!value && state.nounset && part.op != ParamOp::kNames) {
    exit_script(state, 1, std::string("$").append(part.text) + " is not set (set -u)");
    return {};
  }
  if (!value) value.emplace();
  if (part.op == ParamOp::kNone) return *value;
  if (value->empty() && part.op != ParamOp::kLength && part.op != ParamOp::kIndirect && part.op != ParamOp::kNames &&
      part.op != ParamOp::kSubstring) {
    return {};
  }
  if (has_opaque(*value)) return unknown("a part of");
  switch (part.op) {
    case ParamOp::kLength:
      return ascii(*value) ? std::to_string(value->size()) : unknown("the length of");
    case ParamOp::kPrefix:
    case ParamOp::kLongPrefix:
    case ParamOp::kSuffix:
    case ParamOp::kLongSuffix: {
      Pattern pattern = expand_pattern(*part.arg, state, io);
      bool longest = part.op == ParamOp::kLongPrefix || part.op == ParamOp::kLongSuffix;
      bool prefix = part.op == ParamOp::kPrefix || part.op == ParamOp::kLongPrefix;
      if (!spend(value->size() * value->size() / 4096 * (pattern.text.size() + 1))) return {};
      auto length = prefix ? match_prefix(pattern, *value, longest) : match_suffix(pattern, *value, longest);
      if (!length) return unknown("a part of");
      if (*length == std::string_view::npos) return *value;
      return prefix ? value->substr(*length) : value->substr(0, value->size() - *length);
    }
    case ParamOp::kReplace:
    case ParamOp::kReplaceAll:
    case ParamOp::kReplacePrefix:
    case ParamOp::kReplaceSuffix: {
      Pattern pattern = expand_pattern(*part.arg, state, io);
      std::string replacement = part.arg2 ? expand_text(*part.arg2, state, io) : std::string();
      if (!spend(value->size() * value->size() / 4096 * (pattern.text.size() + 1))) return {};
      // bash 5.2 reads & as the match.
      if (!portable(pattern, *value) || replacement.find_first_of("&\\") != std::string::npos) {
        return unknown("a replacement in");
      }
      if (pattern.text.empty()) return *value;
      // With a star each of n beginnings is compared with each of n lengths, over up to n characters.
      constexpr size_t kMaxStarred = 512;
      if (pattern.text.find('*') != std::string::npos) {
        const size_t size = value->size();
        if (size > kMaxStarred) return unknown("a replacement in");
        if (!spend((size * size * size) >> 18)) return {};
      }
      if (part.op == ParamOp::kReplaceSuffix) {
        auto length = match_suffix(pattern, *value, true);
        if (*length == std::string_view::npos) return *value;
        return value->substr(0, value->size() - *length) + replacement;
      }
      std::string out;
      for (size_t at = 0; at < value->size();) {
        std::string_view rest = std::string_view(*value).substr(at);
        auto length = match_prefix(pattern, rest, true);
        bool found = *length != std::string_view::npos && (*length != 0 || part.op == ParamOp::kReplacePrefix);
        if (found) {
          out += replacement;
          at += *length;
        } else {
          out += rest[0];
          ++at;
        }
        if (!spend_bytes(out.size() / 64 + 1)) break;
        if (part.op == ParamOp::kReplacePrefix || (found && part.op == ParamOp::kReplace)) {
          out += value->substr(at);
          break;
        }
      }
      return out;
    }
    case ParamOp::kSubstring: {
      std::string reason;
      auto from = arithmetic(expand_text(*part.arg, state, io), state, reason);
      if (!from) return unknown_atom(reason);
      if (!ascii(*value)) return unknown("a part of");
      auto size = static_cast<int64_t>(value->size());
      int64_t begin = *from < 0 ? size + *from : *from;
      if (begin < 0 || begin > size) return {};
      int64_t end = size;
      if (part.arg2 != nullptr) {
        auto length = arithmetic(expand_text(*part.arg2, state, io), state, reason);
        if (!length) return unknown_atom(reason);
        end = *length < 0 ? size + std::max(*length, -size - 1) : begin + std::min(*length, size - begin);
        if (end < begin) return unknown("a part of");
      }
      return value->substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    }
    case ParamOp::kUpper:
    case ParamOp::kUpperAll:
    case ParamOp::kLower:
    case ParamOp::kLowerAll: {
      if (!ascii(*value) || (part.arg != nullptr && part.arg->parts.count != 0)) return unknown("the case of");
      bool upper = part.op == ParamOp::kUpper || part.op == ParamOp::kUpperAll;
      bool all = part.op == ParamOp::kUpperAll || part.op == ParamOp::kLowerAll;
      return change_case(std::move(*value), upper, all);
    }
    case ParamOp::kIndirect:
      if (!is_name(*value)) return unknown("the variable named by");
      return parameter(*value, nullptr, state, io).value_or("");
    default:
      return unknown("what the shell makes of");
  }
}

}  // namespace brokergate::shell
