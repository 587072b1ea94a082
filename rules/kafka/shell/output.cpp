// echo and printf.
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

// Escapes of printf's format (`octal_zero` false) and of %b. nullopt: shells
// differ or the text would hold a control character we use ourselves. Sets
// `stop` at \c.
std::optional<std::string> unescape(std::string_view text, bool octal_zero, bool& stop) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) {
      out += '\\';
      break;
    }
    static constexpr std::string_view kFrom = "abfnrtv\\", kTo = "\a\b\f\n\r\t\v\\";
    if (size_t known = kFrom.find(text[i]); known != std::string_view::npos) {
      out += kTo[known];
    } else if (text[i] == 'c' && octal_zero) {
      stop = true;
      return out;
    } else if (text[i] >= '0' && text[i] <= '7') {
      size_t most = octal_zero && text[i] == '0' ? 4 : 3;
      unsigned value = 0;
      size_t end = i;
      for (; end < text.size() && end < i + most && text[end] >= '0' && text[end] <= '7'; ++end) {
        value = value * 8 + static_cast<unsigned>(text[end] - '0');
      }
      if (value < 3 || value > 255) return std::nullopt;
      out += static_cast<char>(value);
      i = end - 1;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

struct Directive {
  std::string flags;
  size_t width = 0;
  std::optional<size_t> precision;
  char conversion = 0;
};

std::string padded(std::string text, const Directive& directive, bool number) {
  if (text.size() >= directive.width) return text;
  size_t missing = directive.width - text.size();
  if (directive.flags.find('-') != std::string::npos) return text + std::string(missing, ' ');
  if (number && directive.flags.find('0') != std::string::npos && !directive.precision) {
    size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+' || text[0] == ' ') ? 1 : 0;
    return text.substr(0, sign) + std::string(missing, '0') + text.substr(sign);
  }
  return std::string(missing, ' ') + text;
}

// %d, %i, %u of a decimal argument.
std::optional<std::string> decimal(std::string_view argument, const Directive& directive) {
  bool negative = argument.substr(0, 1) == "-";
  std::string_view digits = argument.substr(negative ? 1 : 0);
  if (argument.empty()) digits = "0";
  if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string_view::npos ||
      (digits.size() > 1 && digits[0] == '0')) {
    return std::nullopt;
  }
  std::string text;
  if (negative) {
    text += '-';
  } else if (directive.flags.find('+') != std::string::npos) {
    text += '+';
  } else if (directive.flags.find(' ') != std::string::npos) {
    text += ' ';
  }
  if (directive.precision && digits.size() < *directive.precision)
    text.append(*directive.precision - digits.size(), '0');
  text += digits;
  return padded(std::move(text), directive, true);
}

// nullopt: cannot be known.
std::optional<std::string> format(std::string_view pattern, const std::vector<std::string>& arguments) {
  constexpr size_t kMaxWidth = 1000, kMaxOutput = 1 << 16;
  std::string out;
  size_t next = 0;
  do {
    size_t used = next;
    for (size_t i = 0; i < pattern.size(); ++i) {
      if (out.size() > kMaxOutput) return std::nullopt;
      if (pattern[i] != '%') {
        size_t end = std::min(pattern.find('%', i), pattern.size());
        bool stop = false;
        auto text = unescape(pattern.substr(i, end - i), false, stop);
        if (!text) return std::nullopt;
        out += *text;
        i = end - 1;
        continue;
      }
      Directive directive;
      ++i;
      while (i < pattern.size() && std::string_view("-+ 0#").find(pattern[i]) != std::string_view::npos) {
        directive.flags += pattern[i++];
      }
      for (; i < pattern.size() && is_digit(pattern[i]) && directive.width < kMaxWidth; ++i) {
        directive.width = directive.width * 10 + static_cast<size_t>(pattern[i] - '0');
      }
      if (i < pattern.size() && pattern[i] == '.') {
        directive.precision = 0;
        for (++i; i < pattern.size() && is_digit(pattern[i]) && *directive.precision < kMaxWidth; ++i) {
          directive.precision = *directive.precision * 10 + static_cast<size_t>(pattern[i] - '0');
        }
      }
      if (i >= pattern.size() || directive.width >= kMaxWidth) return std::nullopt;
      directive.conversion = pattern[i];
      if (directive.conversion == '%') {
        if (!directive.flags.empty() || directive.width != 0 || directive.precision) return std::nullopt;
        out += '%';
        continue;
      }
      std::string argument = next < arguments.size() ? arguments[next] : std::string();
      if (next < arguments.size()) ++next;
      if (directive.flags.find('#') != std::string::npos) return std::nullopt;
      switch (directive.conversion) {
        case 's':
          // Atoms have no length to pad by.
          if (has_opaque(argument) && (directive.width != 0 || directive.precision)) return std::nullopt;
          if (directive.precision) argument = argument.substr(0, *directive.precision);
          out += padded(std::move(argument), directive, false);
          break;
        case 'b': {
          bool stop = false;
          auto text = unescape(argument, true, stop);
          if (!text || directive.width != 0 || directive.precision) return std::nullopt;
          out += *text;
          if (stop) return out;
          break;
        }
        case 'c':
          if (has_opaque(argument)) return std::nullopt;
          out += padded(argument.substr(0, 1), directive, false);
          break;
        case 'd':
        case 'i':
        case 'u': {
          if (has_opaque(argument) || (directive.conversion == 'u' && argument.substr(0, 1) == "-"))
            return std::nullopt;
          auto text = decimal(argument, directive);
          if (!text) return std::nullopt;
          out += *text;
          break;
        }
        default:
          return std::nullopt;
      }
    }
    if (next == used) break;
  } while (next < arguments.size());
  return out;
}

}  // namespace

void Interpreter::do_echo(Call& call) {
  call.state.status = 0;
  if (call.io.out == nullptr) return;
  std::string text;
  size_t i = 1;
  bool newline = true;
  if (i < call.argv.size() && call.argv[i] == "-n") {
    newline = false;
    ++i;
  }
  // dash prints -e and always reads backslashes, bash the other way round.
  bool differs = i < call.argv.size() && call.argv[i].size() > 1 && call.argv[i][0] == '-' &&
                 call.argv[i].find_first_not_of("neE", 1) == std::string::npos;
  for (size_t first = i; i < call.argv.size(); ++i) {
    if (i > first) text += ' ';
    text += call.argv[i];
    differs = differs || (dialect_ == Dialect::kSh && call.argv[i].find('\\') != std::string::npos);
  }
  if (differs) text = unknown_atom("shells differ about " + quote(call.node.text));
  write(call.io, text);
  if (newline) write(call.io, "\n");
}

void Interpreter::do_printf(Call& call) {
  call.state.status = 0;
  size_t at = 1;
  std::string variable;
  if (call.argv.size() > 3 && call.argv[1] == "-v") {
    variable = call.argv[2];
    at = 3;
  } else if (call.argv.size() > 1 && call.argv[1] == "--") {
    at = 2;
  }
  std::optional<std::string> text;
  // What begins with - is an option that no printf has, but behind --.
  const bool option = at == 1 && call.argv.size() > 1 && call.argv[1].size() > 1 && call.argv[1][0] == '-';
  if (at < call.argv.size() && !option && !has_opaque(call.argv[at]) && !call.uncertain &&
      spend(call.argv.size() / 8)) {
    std::vector<std::string> arguments(call.argv.begin() + static_cast<ptrdiff_t>(at) + 1, call.argv.end());
    text = format(call.argv[at], arguments);
  }
  if (!text) {
    text = unknown_atom("the output of " + quote(call.node.text));
    call.state.status = kUnknownStatus;
  }
  if (variable.empty()) {
    write(call.io, *text);
  } else if (is_name(variable)) {
    set_variable(call.state, variable, std::move(*text), {}, call.node.span, false);
  }
}

}  // namespace brokergate::shell
