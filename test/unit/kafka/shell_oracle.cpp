#include "shell_oracle.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "rules/kafka/opaque.h"

namespace brokergate::shell::oracle {
namespace {

namespace fs = std::filesystem;

struct Real {
  bool reached = false;
  bool failed = false;              // the script ended with another status than 0
  std::optional<std::string> file;  // `f`, when it is there at that time
  std::vector<std::string> arguments;
  std::map<std::string, std::string> variables;
};

// A folder of its own, removed at the end.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "brokergate-shell-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string single_quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// All scripts in one process of `shell`, each in a subshell and an empty folder.
std::map<size_t, Real> run_real(const std::string& shell, const std::vector<Case>& cases, const fs::path& scratch) {
  fs::path driver = scratch / "driver";
  {
    std::ofstream out(driver);
    out << "stand_in() { { printf 'arg:%s\\0' \"$@\"; printf 'reached:\\0'; [ -f f ] && { printf 'file:'; cat f; "
           "printf '\\0'; }; } >&3; exec env -0 >&3; }\n"
        << "probe() { printf 'z%s-%s\\n' \"$1\" \"$_w\"; return $((((_w >> $1) & 1) * 7)); }\n"
        << "cd " << single_quoted((scratch / "work").string()) << "\n";
    for (size_t i = 0; i < cases.size(); ++i) {
      if (cases[i].bash_only && shell != "bash") continue;
      // A file that is not there makes `set -e` end the script; only ways that fail may do so.
      out << (cases[i].ways ? "rm -f f g; _w=" : "rm -f g; echo left > f; _w=") << cases[i].world
          << "; printf 'case:" << i << "\\0' >&3\n( . ../" << i
          << " ) </dev/null >/dev/null 2>&1\n[ $? -eq 0 ] || printf 'failed:\\0' >&3\n";
    }
  }
  std::string command = "env -i PATH=/usr/bin:/bin LC_ALL=C";
  for (const auto& [name, value] : environment()) command += " " + name + "=" + single_quoted(value);
  command += " " + shell + " " + single_quoted(driver.string()) + " 3>&1";
  std::map<size_t, Real> results;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return results;
  std::string output;
  char buffer[1 << 16];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  pclose(pipe);
  Real* current = nullptr;
  for (size_t at = 0; at < output.size();) {
    size_t end = std::min(output.find('\0', at), output.size());
    std::string item = output.substr(at, end - at);
    at = end + 1;
    if (item.rfind("case:", 0) == 0) {
      current = &results[static_cast<size_t>(std::stoul(item.substr(5)))];
    } else if (current == nullptr) {
      continue;
    } else if (item == "failed:") {
      current->failed = true;
    } else if (item == "reached:") {
      current->reached = true;
    } else if (item.rfind("arg:", 0) == 0 && !current->reached) {
      current->arguments.push_back(item.substr(4));
    } else if (item.rfind("file:", 0) == 0 && !current->file) {
      current->file = item.substr(5);
    } else if (size_t equals = item.find('='); equals != std::string::npos) {
      current->variables[item.substr(0, equals)] = item.substr(equals + 1);
    }
  }
  return results;
}

bool set_by_the_shell(const std::string& name) {
  static const std::set<std::string> kNames = {"_",    "PWD",    "OLDPWD",   "SHLVL",
                                               "PATH", "LC_ALL", "BASHOPTS", "SHELLOPTS"};
  return kNames.count(name) != 0;
}

// What is claimed of the properties file `f`, key by key. Empty: it holds.
std::string wrong_of_file(const std::string& claimed, const std::string& real, Outcome& outcome) {
  if (!has_opaque(claimed)) {
    ++outcome.claims;
    return claimed == real ? std::string() : "f is <" + claimed + "> but really <" + real + ">";
  }
  std::map<std::string, std::optional<std::string>> values;  // nullopt: not known
  bool all = true;                                           // a line may be any
  const auto read = [&](const std::string& text, const auto& take) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (!line.empty() && line[0] != '#') take(line.substr(0, line.find('=')), line.substr(line.find('=') + 1));
  };
  read(claimed, [&](const std::string& key, const std::string& value) {
    if (has_opaque(key)) {
      all = false;
      values.clear();
      return;
    }
    values[key] = has_opaque(value) ? std::nullopt : std::optional(value);
  });
  std::map<std::string, std::string> now;
  read(real, [&](const std::string& key, const std::string& value) { now[key] = value; });
  for (const auto& [key, value] : values) {
    if (!value) {
      ++outcome.unknown;
      continue;
    }
    ++outcome.claims;
    if (!now.count(key) || now[key] != *value)
      return "f has " + key + "=" + *value + " but really " + (now.count(key) ? "<" + now[key] + ">" : "not");
  }
  for (const auto& [key, value] : now)
    if (all && !values.count(key)) return "f sets no " + key + " but really <" + value + ">";
  return {};
}

void compare_one(const Case& one, const std::string& shell, Dialect dialect, const Real& real, Outcome& outcome) {
  auto is_entry = [](const std::vector<std::string>& argv) { return argv[0] == "stand_in"; };
  Script script(one.script, dialect);
  Result result = script.run(environment(), {}, is_entry);
  ++outcome.runs;
  auto problem = [&](const std::string& what) {
    outcome.problems.push_back(shell + (dialect == Dialect::kBash ? " (read as bash)" : "") + ": " + what + "\n" +
                               one.script + "\nworld " + std::to_string(one.world) + ", why: " + result.why);
  };
  bool found = !result.argv.empty();
  if (!real.reached) {
    // Ways that fail are not claimed.
    if (found && result.certain && !(one.ways && real.failed)) problem("the real shell does not reach the command");
    return;
  }
  if (!found) {
    // It may say that it cannot follow, but not that the script ends before.
    if (script.error().empty() && result.certain) problem("the reader does not reach the command");
    return;
  }
  if (const File* file = result.file("f"); result.certain && real.file && file)
    if (const std::string wrong = wrong_of_file(file->text, *real.file, outcome); !wrong.empty())
      problem(wrong + "\nclaimed:\n" + display(file->text));
  if (const File* file = result.file("f"); result.certain && !real.file && file && !has_opaque(file->text))
    problem("f is there but not really");
  bool unsure = !result.certain;
  for (const std::string& argument : result.argv) unsure = unsure || has_unknown(argument);
  if (unsure) {
    ++outcome.unknown;
  } else {
    std::vector<std::string> arguments(result.argv.begin() + 1, result.argv.end());
    // printf prints one empty item for no arguments at all.
    std::vector<std::string> expected = real.arguments;
    if (arguments.empty() && expected == std::vector<std::string>{""}) expected.clear();
    ++outcome.claims;
    if (arguments != expected) {
      std::string text = "arguments";
      for (const std::string& argument : arguments) text += " <" + argument + ">";
      text += " but really";
      for (const std::string& argument : expected) text += " <" + argument + ">";
      problem(text);
    }
  }
  for (const auto& [name, variable] : result.variables) {
    if (set_by_the_shell(name) || !variable.exported) continue;
    if (has_unknown(variable.value)) {
      ++outcome.unknown;
      continue;
    }
    if (!result.certain) continue;
    ++outcome.claims;
    auto found_real = real.variables.find(name);
    if (found_real == real.variables.end()) {
      problem(name + "=<" + variable.value + "> but really unset");
    } else if (found_real->second != variable.value) {
      problem(name + "=<" + variable.value + "> but really <" + found_real->second + ">");
    }
  }
  for (const auto& [name, value] : real.variables) {
    if (set_by_the_shell(name) || !result.certain) continue;
    auto claimed = result.variables.find(name);
    if (claimed == result.variables.end() || !claimed->second.exported) {
      if (claimed != result.variables.end() && has_unknown(claimed->second.value)) continue;
      problem(name + " is not exported but really <" + value + ">");
    }
  }
}

}  // namespace

const Environment& environment() {
  static const Environment kEnvironment = {
      {"HOSTNAME", "kafka-2"},        {"POD_NAME", "my-kafka-12"},
      {"POD_IP", "10.1.2.3"},         {"EMPTY", ""},
      {"SPACED", "a b  c"},           {"LISTENERS", "PLAINTEXT://a:9092,EXTERNAL://b:9094"},
      {"PATHLIKE", "/opt/x/y.tar.gz"}};
  return kEnvironment;
}

Outcome compare(const std::vector<Case>& cases) {
  Scratch scratch;
  fs::create_directory(scratch.path() / "work");
  for (size_t i = 0; i < cases.size(); ++i) std::ofstream(scratch.path() / std::to_string(i)) << cases[i].script;
  Outcome outcome;
  for (const std::string shell : {"sh", "bash"}) {
    std::map<size_t, Real> real = run_real(shell, cases, scratch.path());
    for (size_t i = 0; i < cases.size(); ++i) {
      auto found = real.find(i);
      if (found == real.end()) {
        if (!cases[i].bash_only || shell == "bash")
          outcome.problems.push_back(shell + " did not run\n" + cases[i].script);
        continue;
      }
      compare_one(cases[i], shell, Dialect::kSh, found->second, outcome);
      if (shell == "bash") compare_one(cases[i], shell, Dialect::kBash, found->second, outcome);
    }
  }
  return outcome;
}

}  // namespace brokergate::shell::oracle
