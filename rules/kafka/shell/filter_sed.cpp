// sed: -n -e -E -r -i; commands s y d p q with no address, a line, $ or /re/.
#include <algorithm>
#include <memory>
#include <optional>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/filters.h"
#include "rules/kafka/shell/regex.h"

namespace brokergate::shell {
namespace {

struct Command {
  size_t line = 0;  // 1-based address; 0: none
  bool last = false;
  std::unique_ptr<Regex> address;
  char name = 0;
  std::unique_ptr<Regex> pattern;
  std::string replacement;
  bool global = false, print = false;
  size_t occurrence = 1;
};

// Text up to an unescaped delimiter; the delimiter itself loses its backslash.
std::optional<std::string> until(std::string_view script, size_t& at, char delimiter) {
  std::string out;
  bool bracket = false;
  for (; at < script.size(); ++at) {
    char c = script[at];
    if (c == '\n') return std::nullopt;
    if (c == '\\' && at + 1 < script.size()) {
      char next = script[at + 1];
      if (next != delimiter) out += c;
      out += next;
      ++at;
      continue;
    }
    // Programs differ about the delimiter between brackets.
    if (c == '[') bracket = true;
    if (c == ']') bracket = false;
    if (c == delimiter) {
      if (bracket) return std::nullopt;
      ++at;
      return out;
    }
    out += c;
  }
  return std::nullopt;
}

std::optional<std::vector<Command>> parse(std::string_view script, bool extended) {
  std::vector<Command> commands;
  for (size_t at = 0; at < script.size();) {
    if (script[at] == ' ' || script[at] == ';' || script[at] == '\n' || script[at] == '\t') {
      ++at;
      continue;
    }
    Command command;
    if (script[at] >= '1' && script[at] <= '9') {
      for (; at < script.size() && script[at] >= '0' && script[at] <= '9' && command.line < 1'000'000; ++at) {
        command.line = command.line * 10 + static_cast<size_t>(script[at] - '0');
      }
    } else if (script[at] == '$') {
      command.last = true;
      ++at;
    } else if (script[at] == '/') {
      auto pattern = until(script, ++at, '/');
      if (!pattern || pattern->empty()) return std::nullopt;
      command.address = std::make_unique<Regex>(*pattern, extended);
      if (!command.address->valid()) return std::nullopt;
    }
    if (at >= script.size()) return std::nullopt;
    command.name = script[at++];
    if (command.name == 's') {
      if (at >= script.size()) return std::nullopt;
      char delimiter = script[at++];
      if (delimiter == '\\' || delimiter == '\n') return std::nullopt;
      // An escaped delimiter that is special in patterns is read in two ways.
      std::string_view rest = script.substr(at);
      if (std::string_view(".*[]^$+?(){}|").find(delimiter) != std::string_view::npos &&
          rest.find(std::string("\\") + delimiter) != std::string_view::npos) {
        return std::nullopt;
      }
      auto pattern = until(script, at, delimiter);
      auto replacement = pattern ? until(script, at, delimiter) : std::nullopt;
      if (!replacement || pattern->empty()) return std::nullopt;
      command.replacement = *replacement;
      bool ignore_case = false;
      for (; at < script.size() && script[at] != ';' && script[at] != '\n' && script[at] != ' '; ++at) {
        if (script[at] == 'g') {
          command.global = true;
        } else if (script[at] == 'p') {
          command.print = true;
        } else if (script[at] == 'I' || script[at] == 'i') {
          ignore_case = true;
        } else if (script[at] >= '1' && script[at] <= '9' && command.occurrence == 1) {
          command.occurrence = static_cast<size_t>(script[at] - '0');
        } else {
          return std::nullopt;
        }
      }
      if (command.global && command.occurrence != 1) return std::nullopt;
      command.pattern = std::make_unique<Regex>(*pattern, extended, ignore_case);
      if (!command.pattern->valid()) return std::nullopt;
    } else if (std::string_view("dpq").find(command.name) == std::string_view::npos) {
      return std::nullopt;
    }
    while (at < script.size() && script[at] == ' ') ++at;
    if (at < script.size() && script[at] != ';' && script[at] != '\n') return std::nullopt;
    commands.push_back(std::move(command));
  }
  return commands;
}

// False: cannot be known.
bool substitute(const Command& command, std::string& line, bool& replaced) {
  std::string out;
  size_t from = 0, copied = 0, seen = 0;
  bool after_match = false;
  replaced = false;
  while (from <= line.size()) {
    auto found = command.pattern->find(line, from);
    if (!found) return false;
    if (found->empty()) break;
    auto [begin, end] = (*found)[0];
    // An empty match right behind a match does not count.
    if (begin == end && after_match && begin == from) {
      after_match = false;
      if (from >= line.size()) break;
      ++from;
      continue;
    }
    ++seen;
    if (seen >= command.occurrence) {
      out += line.substr(copied, begin - copied);
      for (size_t i = 0; i < command.replacement.size(); ++i) {
        char c = command.replacement[i];
        if (c == '&') {
          out += line.substr(begin, end - begin);
        } else if (c == '\\' && i + 1 < command.replacement.size()) {
          char next = command.replacement[++i];
          if (next >= '0' && next <= '9') {
            auto group = static_cast<size_t>(next - '0');
            if (group >= found->size()) return false;
            if ((*found)[group].begin != std::string::npos) {
              out += line.substr((*found)[group].begin, (*found)[group].end - (*found)[group].begin);
            }
          } else if (next == 'n') {
            out += '\n';
          } else if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z')) {
            return false;
          } else {
            out += next;
          }
        } else {
          out += c;
        }
      }
      copied = end;
      replaced = true;
      if (!command.global) break;
    }
    after_match = begin != end;
    from = begin == end ? end + 1 : end;
    if (out.size() > (1 << 17)) return false;
  }
  if (replaced) line = out + line.substr(std::min(copied, line.size()));
  return true;
}

}  // namespace

FilterResult filter_sed(const FilterCall& call) {
  bool quiet = false, extended = false, in_place = false, has_script = false;
  std::string script;
  std::vector<std::string> operands;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word == "-e" && i + 1 < call.argv.size()) {
      script += (has_script ? "\n" : "") + call.argv[++i];
      has_script = true;
    } else if (word.size() > 1 && word[0] == '-' && word.find_first_not_of("nEri", 1) == std::string::npos) {
      quiet = quiet || word.find('n') != std::string::npos;
      extended = extended || word.find_first_of("Er") != std::string::npos;
      in_place = in_place || word.find('i') != std::string::npos;
    } else if (word.size() > 1 && word[0] == '-') {
      return {};
    } else {
      operands.push_back(word);
    }
  }
  if (!has_script) {
    if (operands.empty()) return {};
    script = operands[0];
    operands.erase(operands.begin());
  }
  FilterResult result;
  if (in_place && operands.size() == 1) result.in_place = operands[0];
  std::string text;
  if ((in_place && operands.size() != 1) || operands.size() > 1 || has_opaque(script)) return result;
  if (!read_operands(call, operands, text)) return result;
  auto commands = parse(script, extended);
  std::vector<std::string_view> lines = lines_of(text);
  if (!commands || commands->size() > 64 || lines.size() > 4096) return result;
  std::string out;
  bool quit = false;
  for (size_t i = 0; i < lines.size() && !quit; ++i) {
    std::string line(lines[i]);
    std::string newline = i + 1 < lines.size() || text.back() == '\n' ? "\n" : "";
    bool deleted = false;
    for (const Command& command : *commands) {
      if (command.line != 0 && command.line != i + 1) continue;
      if (command.last && i + 1 != lines.size()) continue;
      if (command.address) {
        auto found = command.address->find(line);
        if (!found) return result;
        if (found->empty()) continue;
      }
      if (command.name == 'd') {
        deleted = true;
        break;
      }
      if (command.name == 'p') out += line + "\n";
      if (command.name == 'q') {
        quit = true;
        break;
      }
      if (command.name == 's') {
        bool replaced = false;
        if (!substitute(command, line, replaced)) return result;
        if (replaced && command.print) out += line + "\n";
      }
      if (out.size() > (1 << 18)) return result;
    }
    if (!deleted && !quiet) out += line + newline;
  }
  // Without a newline at the end of the text, what p prints last is not clear.
  if (!text.empty() && text.back() != '\n' && (quiet || script.find('p') != std::string::npos)) return result;
  result.known = true;
  result.output = std::move(out);
  return result;
}

}  // namespace brokergate::shell
