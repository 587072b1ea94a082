#include "rules/kafka/shell/shell.h"

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"
#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxScript = size_t{1536} << 10;

// "/bin/bash" → "bash"
std::string_view base_name(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

Dialect dialect_of(std::string_view text) {
  if (text.substr(0, 2) != "#!") return Dialect::kSh;
  const std::string_view line = text.substr(0, text.find('\n'));
  return line.find("bash") != std::string_view::npos ? Dialect::kBash : Dialect::kSh;
}

struct Script::Parsed {
  Arena arena;
  const Node* root = nullptr;
  std::string error;
  Dialect dialect = Dialect::kSh;
  Borrowed borrowed;
};

Script::Script(std::string_view text, Dialect dialect) : parsed_(std::make_unique<Parsed>()) {
  parsed_->dialect = dialect;
  std::string_view read = text;
  if (text.size() > kMaxScript) {
    read = {};
    parsed_->error = "the shell text is longer than any start script";
  } else if (has_opaque(text) || text.find('\0') != std::string_view::npos) {
    read = {};
    parsed_->error = "the shell text holds control characters";
  }
  ParseBudget budget;
  Parser parser(read, parsed_->arena, budget, true, parsed_->dialect);
  parsed_->root = parser.parse();
  if (parsed_->error.empty()) parsed_->error = parser.error();
  parsed_->borrowed = std::move(budget.borrowed);
}

Script::Script(Script&&) noexcept = default;
Script& Script::operator=(Script&&) noexcept = default;
Script::~Script() = default;

const std::string& Script::error() const { return parsed_->error; }

Result Script::run(const Environment& environment, const std::vector<std::string>& positional, const IsEntry& is_entry,
                   std::string_view options, std::string_view arg0, const FileSystem* system) const {
  const Interpreter::Start start{*parsed_->root, parsed_->error, positional, options, arg0};
  Interpreter interpreter(is_entry, environment, parsed_->dialect, system);
  Result result = interpreter.run(start);
  auto conditions = interpreter.worth_splitting();
  if (!conditions.empty()) {
    Interpreter again(is_entry, environment, parsed_->dialect, system);
    result = again.run_ways(start, std::move(conditions), std::move(result));
  }
  if (result.borrowed.from < parsed_->borrowed.from) result.borrowed = parsed_->borrowed;
  return result;
}

Result run(std::string_view script, const Environment& environment, const std::vector<std::string>& positional,
           const IsEntry& is_entry) {
  return Script(script).run(environment, positional, is_entry);
}

std::optional<Invocation> invocation_of(std::span<const std::string> argv) {
  if (argv.empty()) return std::nullopt;
  std::string_view name = base_name(argv[0]);
  Invocation invocation;
  if (name == "bash") {
    invocation.dialect = Dialect::kBash;
  } else if (name != "sh" && name != "dash" && name != "ash") {
    return std::nullopt;
  }
  bool text = false;
  size_t at = 1;
  for (; at < argv.size() && argv[at].size() > 1 && (argv[at][0] == '-' || argv[at][0] == '+'); ++at) {
    const std::string& word = argv[at];
    if (word == "--") {
      ++at;
      break;
    }
    if (word.substr(0, 2) == "--") continue;  // --login, --norc
    for (char c : std::string_view(word).substr(1)) {
      if (c == 'c') {
        text = true;
      } else if (c == 's') {
        return std::nullopt;
      } else if (c == 'o') {
        if (++at < argv.size() && word[0] == '-') {
          if (argv[at] == "errexit") invocation.options += 'e';
          if (argv[at] == "nounset") invocation.options += 'u';
          if (argv[at] == "allexport") invocation.options += 'a';
          if (argv[at] == "noglob") invocation.options += 'f';
        }
      } else if (word[0] == '-') {
        invocation.options += c;
      }
    }
  }
  if (at >= argv.size()) return std::nullopt;
  invocation.script = at;
  invocation.is_file = !text;
  // `sh -c text name $1 …`, but `sh file $1 …`
  invocation.positional = std::min(argv.size(), at + (text ? 2 : 1));
  return invocation;
}

}  // namespace brokergate::shell
