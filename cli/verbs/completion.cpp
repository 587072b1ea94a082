#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

std::string verb_names(const std::vector<VerbShape>& verbs) {
  std::vector<std::string> names;
  for (const VerbShape& verb : verbs) names.push_back(verb.name);
  return joined(names);
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash(const std::vector<VerbShape>& verbs) {
  std::string out =
      "# brokergate completion bash: put this into /etc/bash_completion.d or source it\n"
      "_brokergate() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]}\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W " +
      quoted(verb_names(verbs)) +
      " -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const VerbShape& verb : verbs) {
    out += "    " + verb.name + ")\n      if [[ $word == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen -W " +
           quoted(joined(verb.flags)) + " -- \"$word\")\n";
    if (!verb.words.empty()) {
      out += "      elif [ \"$COMP_CWORD\" -eq 2 ]; then\n        mapfile -t COMPREPLY < <(compgen -W " +
             quoted(joined(verb.words)) + " -- \"$word\")\n";
    }
    out += "      fi\n      ;;\n";
  }
  return out +
         "  esac\n"
         "}\n"
         "complete -o default -F _brokergate brokergate\n";
}

std::string zsh(const std::vector<VerbShape>& verbs) {
  std::string out =
      "#compdef brokergate\n# brokergate completion zsh > \"${fpath[1]}/_brokergate\"\n_brokergate() {\n"
      "  local -a verbs\n  verbs=(\n";
  for (const VerbShape& verb : verbs) out += "    " + quoted(verb.name + ":" + verb.description) + "\n";
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe verb verbs\n"
      "    return\n"
      "  fi\n"
      "  case $words[2] in\n";
  for (const VerbShape& verb : verbs) {
    const std::string words = verb.words.empty() ? "_files" : "compadd -- " + joined(verb.words);
    out += "    " + verb.name + ")\n      if [[ $PREFIX == -* ]]; then\n        compadd -- " + joined(verb.flags) +
           "\n      else\n        " + words + "\n      fi\n      ;;\n";
  }
  return out +
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _brokergate ]; then _brokergate \"$@\"; else compdef _brokergate brokergate; fi\n";
}

std::string fish(const std::vector<VerbShape>& verbs) {
  std::string out = "# brokergate completion fish > ~/.config/fish/completions/brokergate.fish\n";
  for (const VerbShape& verb : verbs) {
    out +=
        "complete -c brokergate -n __fish_use_subcommand -f -a " + verb.name + " -d " + quoted(verb.description) + "\n";
    const std::string seen = "complete -c brokergate -n '__fish_seen_subcommand_from " + verb.name + "' ";
    if (!verb.words.empty()) out += seen + "-f -a " + quoted(joined(verb.words)) + "\n";
    for (const std::string& flag : verb.flags) {
      const bool is_long = flag.starts_with("--");
      out += seen + (is_long ? "-l " + flag.substr(2) : "-s " + flag.substr(1)) + "\n";
    }
  }
  return out;
}

}  // namespace

int completion(std::string_view shell, const std::vector<VerbShape>& verbs, Console& console) {
  const std::string text = shell == "bash" ? bash(verbs) : shell == "zsh" ? zsh(verbs) : fish(verbs);
  return console.out(text) ? kClean : kCouldNotRun;
}

}  // namespace brokergate::cli
