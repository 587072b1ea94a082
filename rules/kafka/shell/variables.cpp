// Variables of the running shell.
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxVariables = 4096;
constexpr size_t kMaxAssignments = 4096;
constexpr size_t kMaxElements = 4096;

// Whether old dash and bash make the same of `export A=$B`.
bool may_split(const Word& word, std::string_view value) {
  static constexpr CharSet kSplits(" \t\n*?[");
  if (!kSplits.any(value)) return false;
  for (const Part& part : word.parts) {
    if (part.kind != Part::Kind::kText && !part.quoted) return true;
  }
  return false;
}

}  // namespace

void Interpreter::assign(const AssignNode& node, State& state, Io io, Span statement, bool exported) {
  if (node.array) {
    std::vector<std::string> elements;
    bool uncertain = false;
    if (node.append) {
      auto found = state.arrays.find(node.name);
      auto scalar = state.variables.find(node.name);
      if (found != state.arrays.end()) {
        elements = found->second;
      } else if (scalar != state.variables.end()) {
        elements = {scalar->second.value};
      }
      uncertain = unknown_array(elements);
    }
    for (const Word* word : node.elements) {
      // [3]=x
      if (word->raw.substr(0, 1) == "[") uncertain = true;
      uncertain = expand_fields(*word, state, io, elements) || uncertain;
      if (!spend(1)) return;
    }
    if (uncertain) elements = {unknown_atom("the elements of " + std::string(node.name))};
    set_array(state, node.name, std::move(elements));
    return;
  }
  std::string value = expand_assignment(*node.value, state, io);
  if (state.dead) return;
  if (exported && dialect_ == Dialect::kSh && may_split(*node.value, value)) {
    value = unknown_atom("older shells split the value of " + std::string(node.name));
  }
  if (node.subscript != nullptr) {
    std::string reason;
    auto index = arithmetic(expand_text(*node.subscript, state, io), state, reason);
    auto found = state.arrays.find(node.name);
    std::vector<std::string> elements = found == state.arrays.end() ? std::vector<std::string>{} : found->second;
    if (!unknown_array(elements) && index && *index >= 0 && *index <= static_cast<int64_t>(elements.size())) {
      auto at = static_cast<size_t>(*index);
      if (at == elements.size()) elements.emplace_back();
      elements[at] = node.append ? elements[at] + value : value;
    } else {
      elements = {unknown_atom("the elements of " + std::string(node.name))};
    }
    set_array(state, node.name, std::move(elements));
    return;
  }
  bool exact = !node.append;
  if (node.append) value = parameter(node.name, nullptr, state, io).value_or("") + value;
  set_variable(state, node.name, std::move(value), node.value->span, statement, exact, exported);
}

void Interpreter::set_variable(State& state, std::string_view name, std::string value, Span word, Span statement,
                               bool exact, bool exported) {
  if (state.dead || !spend_bytes(value.size())) return;
  if (state.readonly.contains(name)) {
    exit_script(state, 2, "it assigns to " + std::string(name) + ", which is readonly");
    return;
  }
  if (auto array = state.arrays.find(name); array != state.arrays.end()) {
    if (array->second.empty()) array->second.emplace_back();
    array->second[0] = std::move(value);
    return;
  }
  auto found = state.variables.find(name);
  if (found == state.variables.end()) {
    if (state.variables.size() >= kMaxVariables) {
      stop("the script has more variables than a start script");
      return;
    }
    found = state.variables.emplace(std::string(name), Variable{}).first;
    if (state.export_later.contains(name)) exported = true;
  }
  Variable& variable = found->second;
  bool own = no_spans_ == 0;
  variable.value = std::move(value);
  variable.word = own ? word : Span{};
  variable.statement = own ? statement : Span{};
  variable.exact = exact && inexact_ == 0 && own;
  variable.exported = variable.exported || exported || state.allexport;
  if (state.assignments.size() < kMaxAssignments) {
    state.assignments.push_back({found->first, variable.value, variable.word, variable.exported});
  }
}

void Interpreter::set_array(State& state, std::string_view name, std::vector<std::string> elements) {
  if (elements.size() > kMaxElements) elements = {unknown_atom("more elements than a start script has")};
  state.variables.erase(std::string(name));
  state.arrays[std::string(name)] = std::move(elements);
}

void Interpreter::unset_variable(State& state, std::string_view name) {
  if (state.readonly.contains(name)) return;
  if (auto found = state.variables.find(name); found != state.variables.end()) state.variables.erase(found);
  if (auto found = state.arrays.find(name); found != state.arrays.end()) state.arrays.erase(found);
}

// What programs see of it.
void Interpreter::clear_environment(State& state) {
  std::erase_if(state.variables, [](const auto& one) { return one.second.exported; });
}

}  // namespace brokergate::shell
