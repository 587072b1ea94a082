// The builtins that make, export and remove variables, and those that change how
// the rest is read.
#include <algorithm>
#include <array>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {

// export, readonly, declare, local: names with and without values.
void Interpreter::declare(Call& call, bool local, bool exported, bool readonly) {
  State& state = call.state;
  int status = 0;
  for (size_t i = 1; i < call.argv.size() && !state.dead; ++i) {
    const AssignNode* node = call.origin[i]->assign;
    std::string word = node != nullptr ? std::string(node->name) : call.argv[i];
    if (node == nullptr && word.size() > 1 && (word[0] == '-' || word[0] == '+')) continue;
    size_t equals = node != nullptr ? std::string::npos : word.find('=');
    std::string name = word.substr(0, equals);
    if (has_opaque(name)) {
      unread(state, "the variable that " + quote(call.node.text) + " sets is not known");
      status = kUnknownStatus;
      continue;
    }
    if (!is_name(name)) {
      // dash ends here, bash goes on.
      doubt_ = quote(call.node.text) + " names no variable";
      status = kUnknownStatus;
      continue;
    }
    auto old = state.variables.find(name);
    bool has_value = node != nullptr || equals != std::string::npos;
    if (local && !state.locals.empty()) {
      state.locals.back().try_emplace(
          name, old == state.variables.end() ? std::nullopt : std::optional<Variable>(old->second));
      if (!has_value && old != state.variables.end()) {
        if (dialect_ == Dialect::kBash) {
          state.variables.erase(old);
        } else {
          old->second.value = unknown_atom("shells differ about `local " + name + "` without a value");
          old->second.exact = false;
        }
      }
    }
    if (node != nullptr) {
      assign(*node, state, call.io, call.node.span, exported);
      // bash makes several words of V={a,b} here, dash one.
      if (node->value != nullptr && node->value->braces && !state.dead)
        set_variable(state, name, unknown_atom("the words that a shell makes of " + std::string(node->value->raw)), {},
                     {}, false);
    } else if (equals != std::string::npos) {
      set_variable(state, name, word.substr(equals + 1), call.origin[i]->word->span, call.node.span, false, exported);
    } else if (exported) {
      if (auto found = state.variables.find(name); found != state.variables.end()) {
        found->second.exported = true;
        for (auto one = state.assignments.rbegin(); one != state.assignments.rend(); ++one) {
          if (one->name != name) continue;
          one->exported = true;
          break;
        }
      } else {
        state.export_later.insert(name);
      }
    }
    if (readonly) state.readonly.insert(name);
  }
  if (!state.dead) state.status = status;
}

void Interpreter::do_export(Call& call) {
  bool exported = call.argv[0] == "export";
  for (size_t i = 1; i < call.argv.size() && exported; ++i) {
    if (call.argv[i] != "-n") continue;
    for (size_t j = i + 1; j < call.argv.size(); ++j) {
      auto found = call.state.variables.find(call.argv[j]);
      if (found != call.state.variables.end()) found->second.exported = false;
    }
    call.state.status = 0;
    return;
  }
  declare(call, false, exported, !exported);
}

void Interpreter::do_local(Call& call) {
  bool exported = false, readonly = false, global = false, odd = false, hidden = false;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    if (call.origin[i]->assign != nullptr || call.argv[i].size() < 2) continue;
    if (call.argv[i][0] == '+') hidden = hidden || call.argv[i].find('x') != std::string::npos;
    if (call.argv[i][0] != '-') continue;
    for (char c : std::string_view(call.argv[i]).substr(1)) {
      if (c == 'n') unread(call.state, quote(call.node.text) + " gives a variable a second name");
      exported = exported || c == 'x';
      readonly = readonly || c == 'r';
      global = global || c == 'g';
      odd = odd || (c != 'x' && c != 'r' && c != 'g' && c != 'a');
    }
  }
  declare(call, !global, exported, readonly);
  for (size_t i = 1; i < call.argv.size() && hidden; ++i) {
    const AssignNode* node = call.origin[i]->assign;
    auto found = call.state.variables.find(node != nullptr ? node->name : std::string_view(call.argv[i]));
    if (found != call.state.variables.end()) found->second.exported = false;
  }
  if (!odd) return;
  // Integer, associative or case-changing variables.
  for (size_t i = 1; i < call.argv.size() && !call.state.dead; ++i) {
    const AssignNode* node = call.origin[i]->assign;
    std::string name = node != nullptr ? std::string(node->name) : call.argv[i];
    if (is_name(name)) {
      set_variable(call.state, name, unknown_atom("the kind of variable that " + quote(call.node.text) + " makes"), {},
                   {}, false);
    }
  }
}

void Interpreter::do_unset(Call& call) {
  bool functions = false, variables = false;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& name = call.argv[i];
    if (name == "-f") {
      functions = true;
    } else if (name == "-v") {
      variables = true;
    } else if (functions) {
      call.state.functions.erase(name);
    } else if (has_opaque(name) || name.find('[') != std::string::npos) {
      unread(call.state, "the variable that " + quote(call.node.text) + " removes is not known");
    } else {
      bool known = call.state.variables.contains(name) || call.state.arrays.contains(name);
      unset_variable(call.state, name);
      if (!known && !variables) call.state.functions.erase(name);
    }
  }
  call.state.status = 0;
}

// Aliases are read before anything is run.
void Interpreter::do_alias(Call& call) {
  call.state.status = 0;
  for (size_t i = 1; i < call.argv.size(); ++i)
    if (call.argv[i].find('=') != std::string::npos)
      unread(call.state, quote(call.node.text) + " may change what its commands are");
}

void Interpreter::do_shopt(Call& call) {
  call.state.status = kUnknownStatus;
  static constexpr auto kMatters =
      std::to_array<std::string_view>({"compat31", "lastpipe", "localvar_inherit", "nocasematch", "xpg_echo"});
  for (const std::string& word : call.argv)
    if (std::find(kMatters.begin(), kMatters.end(), word) != kMatters.end() || has_opaque(word))
      unread(call.state, quote(call.node.text) + " changes how the script is read");
}

// Those of signals are not waited for; DEBUG, ERR and RETURN run between commands, and
// what EXIT runs may end a script well that has failed.
void Interpreter::do_trap(Call& call) {
  call.state.status = 0;
  for (size_t i = 2; i < call.argv.size(); ++i) {
    const std::string_view name = call.argv[i];
    const bool at_exit = (name == "EXIT" || name == "0") && call.argv[1].find("exit") != std::string::npos;
    if (!at_exit && name != "DEBUG" && name != "ERR" && name != "RETURN" && !has_opaque(name)) continue;
    if (call.argv[1] != "-" && !call.argv[1].empty())
      unread(call.state, quote(call.node.text) + " runs between the script's commands");
  }
}

}  // namespace brokergate::shell
