// sed: -n -e -E -r -i; commands s y d p q with no address, a line, $ or /re/.
#include <algorithm>
#include <memory>
#include <optional>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/filters.h"
#include "rules/kafka/shell/sed_command.h"

namespace brokergate::shell {
namespace {

struct Command {
  size_t line = 0;  // 1-based address; 0: none
  bool last = false;
  std::unique_ptr<Regex> address;
  AtomPattern looked_for;  // the address
  char name = 0;
  SedSubstitute change;
};

// Text up to an unescaped delimiter; the delimiter itself loses its backslash.
std::optional<std::string> until(std::string_view script, size_t& at, char delimiter) {
  std::string out;
  bool bracket = false;
  for (; at < script.size(); ++at) {
    char c = script[at];
    if (c == '\n') return std::nullopt;
    // What is not known may hold the delimiter, which no manifest that works has it do.
    if (c == '\x01') {
      const size_t close = std::min(script.find('\x02', at), script.size() - 1);
      out += script.substr(at, close + 1 - at);
      at = close;
      continue;
    }
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
      command.looked_for = AtomPattern(*pattern, extended);
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
      command.change.replacement = *replacement;
      bool ignore_case = false;
      for (; at < script.size() && script[at] != ';' && script[at] != '\n' && script[at] != ' '; ++at) {
        if (script[at] == 'g') {
          command.change.global = true;
        } else if (script[at] == 'p') {
          command.change.print = true;
        } else if (script[at] == 'I' || script[at] == 'i') {
          ignore_case = true;
        } else if (script[at] >= '1' && script[at] <= '9' && command.change.occurrence == 1) {
          command.change.occurrence = static_cast<size_t>(script[at] - '0');
        } else {
          return std::nullopt;
        }
      }
      if (command.change.global && command.change.occurrence != 1) return std::nullopt;
      if (!read_sed_pattern(*pattern, extended, ignore_case, command.change)) return std::nullopt;
    } else if (std::string_view("dpq").find(command.name) == std::string_view::npos) {
      return std::nullopt;
    }
    while (at < script.size() && script[at] == ' ') ++at;
    if (at < script.size() && script[at] != ';' && script[at] != '\n') return std::nullopt;
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace

FilterResult filter_sed(const FilterCall& call) {
  bool quiet = false, extended = false, in_place = false, has_script = false, from_input = false;
  std::string script;
  std::vector<std::string> operands;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word == "-e" && i + 1 < call.argv.size()) {
      script += (has_script ? "\n" : "") + call.argv[++i];
      has_script = true;
    } else if (word == "-f" && i + 1 < call.argv.size() && !has_script) {
      // A script from a file, or from standard input when the text is another file.
      const std::string& name = call.argv[++i];
      const std::string* file = name == "-" ? &call.input.text : call.input.file(name);
      if (file == nullptr) return {};
      script = *file;
      has_script = true;
      from_input = name == "-";
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
  if (from_input && operands.empty()) return {};
  FilterResult result;
  if (in_place && operands.size() == 1) result.in_place = operands[0];
  std::string text;
  if ((in_place && operands.size() != 1) || operands.size() > 1) return result;
  if (!read_operands(call, operands, text, true)) return result;
  auto commands = parse(script, extended);
  std::vector<std::string_view> lines = lines_of(text);
  // Lines cannot be counted where some are not known.
  if (commands && has_unknown(text) &&
      std::any_of(commands->begin(), commands->end(), [](const Command& one) { return one.line != 0 || one.last; }))
    return result;
  if (!commands || commands->size() > 64 || lines.size() > 4096 || commands->size() * lines.size() > 16384)
    return result;
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
        const MaskedLine mask(line);
        auto found = mask.fits() ? command.address->find(mask.text()) : std::nullopt;
        if (!found || (!has_unknown(line) && mask.hides(command.looked_for))) return result;
        if (has_unknown(line) && quiet && command.name == 'p') return result;
        if (has_unknown(line) && command.name != 'p') {
          // The rest of the line may be what the address looks for.
          if (command.name == 'q') return result;
          if (command.name == 'd' && !found->empty()) may_be_deleted(line);
          if (command.name == 'd') continue;
        } else if (found->empty()) {
          continue;
        }
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
        if (!substitute(command.change, line, replaced)) return result;
        if (replaced && command.change.print) out += line + "\n";
      }
      if (out.size() > (1 << 18)) return result;
    }
    if (!deleted && !quiet) out += line + newline;
  }
  // Without a newline at the end of the text, what p prints last is not clear.
  const bool prints = std::any_of(commands->begin(), commands->end(),
                                  [](const Command& one) { return one.name == 'p' || one.change.print; });
  if (!text.empty() && text.back() != '\n' && (quiet || prints)) return result;
  result.known = true;
  result.output = std::move(out);
  return result;
}

}  // namespace brokergate::shell
