#include "rules/kafka/shell/state.h"

#include <algorithm>

#include "rules/kafka/opaque.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxAssignments = 4096;

bool same_span(Span a, Span b) { return a.begin == b.begin && a.end == b.end; }

void join_variables(Variables& into, Variables& other, const std::string& reason) {
  for (auto& [name, variable] : into) {
    auto found = other.find(name);
    if (found == other.end()) {
      variable.value = unknown_atom(reason);
      variable.exact = false;
      continue;
    }
    if (variable.value != found->second.value) {
      variable.value = join_values(variable.value, found->second.value, reason);
      variable.exact = false;
    } else if (!same_span(variable.word, found->second.word)) {
      variable.exact = false;
    }
    variable.exact = variable.exact && found->second.exact;
    // Programs see it on one way only.
    if (variable.exported != found->second.exported) {
      variable.value = unknown_atom(reason);
      variable.exact = false;
      variable.exported = true;
    }
  }
  for (auto& [name, variable] : other) {
    if (into.contains(name)) continue;
    variable.value = unknown_atom(reason);
    variable.exact = false;
    into.emplace(name, std::move(variable));
  }
}

void join_assignments(std::vector<Assignment>& into, std::vector<Assignment>& other) {
  size_t common = 0;
  while (common < into.size() && common < other.size() && same_span(into[common].word, other[common].word) &&
         into[common].name == other[common].name && into[common].value == other[common].value) {
    ++common;
  }
  for (size_t i = common; i < other.size() && into.size() < kMaxAssignments; ++i) into.push_back(std::move(other[i]));
}

}  // namespace

bool unknown_array(const std::vector<std::string>& elements) {
  return elements.size() == 1 && has_unknown(elements[0]);
}

std::string join_values(const std::string& a, const std::string& b, const std::string& reason) {
  if (a == b) return a;
  // An unknown stays what it is, that of the earlier state first: so loops come
  // to rest.
  for (const std::string* value : {&b, &a}) {
    std::string own = unknown_reason(*value);
    if (!own.empty() && unknown_atom(own) == *value) return *value;
  }
  return unknown_atom(reason);
}

void join(State& into, State&& other, const std::string& reason) {
  if (other.dead) return;
  if (into.dead) {
    into = std::move(other);
    return;
  }
  join_variables(into.variables, other.variables, reason);
  for (auto& [name, elements] : into.arrays) {
    auto found = other.arrays.find(name);
    if (found == other.arrays.end() || found->second.size() != elements.size()) {
      elements = {unknown_atom(reason)};
      continue;
    }
    for (size_t i = 0; i < elements.size(); ++i) elements[i] = join_values(elements[i], found->second[i], reason);
  }
  for (auto& [name, elements] : other.arrays) into.arrays.try_emplace(name, 1, unknown_atom(reason));
  for (auto& [name, body] : into.functions) {
    auto found = other.functions.find(name);
    if (found == other.functions.end() || found->second != body) body = nullptr;
  }
  for (auto& [name, body] : other.functions) into.functions.try_emplace(name, nullptr);
  if (into.positional.size() != other.positional.size()) {
    into.positional = {unknown_atom(reason)};
    into.positional_unknown = true;
  } else {
    for (size_t i = 0; i < into.positional.size(); ++i) {
      into.positional[i] = join_values(into.positional[i], other.positional[i], reason);
    }
  }
  into.positional_unknown = into.positional_unknown || other.positional_unknown;
  into.readonly.merge(other.readonly);
  into.export_later.merge(other.export_later);
  for (auto& [path, file] : into.files) {
    auto found = other.files.find(path);
    std::string before = file.text;
    file.text = found == other.files.end() ? unknown_atom(reason) : join_texts(file.text, found->second.text, reason);
    if (file.text != before || (found != other.files.end() && !same_span(file.body, found->second.body)))
      file.body = {};
    if (file.text != before) file.given = 0;
  }
  for (auto& [path, file] : other.files) into.files.try_emplace(path, File{.text = unknown_atom(reason), .body = {}});
  join_assignments(into.assignments, other.assignments);
  for (std::string& file : other.sourced) {
    if (std::find(into.sourced.begin(), into.sourced.end(), file) == into.sourced.end()) {
      into.sourced.push_back(std::move(file));
    }
  }
  if (into.unread.empty()) into.unread = std::move(other.unread);
  into.descriptors.merge(other.descriptors);
  for (size_t i = 0; i < into.locals.size() && i < other.locals.size(); ++i) {
    into.locals[i].merge(other.locals[i]);
  }
  if (into.cwd != other.cwd) into.cwd = unknown_atom(reason);
  if (into.status != other.status) into.status = into.status > 0 && other.status > 0 ? kFailedStatus : kUnknownStatus;
  into.errexit = into.errexit && other.errexit;
  into.nounset = into.nounset && other.nounset;
  into.noglob = into.noglob && other.noglob;
  into.allexport = into.allexport && other.allexport;
  into.pipefail = into.pipefail && other.pipefail;
}

bool same_values(const State& a, const State& b) {
  if (a.dead != b.dead || a.variables.size() != b.variables.size() || a.positional != b.positional ||
      a.arrays != b.arrays || a.functions != b.functions || a.files.size() != b.files.size()) {
    return false;
  }
  for (auto i = a.variables.begin(), j = b.variables.begin(); i != a.variables.end(); ++i, ++j) {
    if (i->first != j->first || i->second.value != j->second.value || i->second.exported != j->second.exported) {
      return false;
    }
  }
  for (auto i = a.files.begin(), j = b.files.begin(); i != a.files.end(); ++i, ++j) {
    if (i->first != j->first || i->second.text != j->second.text) return false;
  }
  return true;
}

bool loses(const State& a, const State& b) {
  return !a.dead && !b.dead &&
         (!same_values(a, b) || a.cwd != b.cwd || a.sourced != b.sourced || a.unread != b.unread ||
          a.descriptors != b.descriptors || a.errexit != b.errexit);
}

}  // namespace brokergate::shell
