// Edits by path, and the text that comes of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/edit.h"

namespace edit_test {

using brokergate::Edit;
using brokergate::Literal;
using brokergate::LiteralList;
using brokergate::LiteralMap;

// An edit whose target is found by path: keys and indices from the root of the
// document (or of the one that `document` counts to), separated by spaces.
struct Step {
  Edit::Op op = Edit::Op::kReplace;
  std::string path;  // of kInsert: the list
  Literal value;
  size_t index = 0;
  size_t document = 0;
};
inline Step set(std::string path, Literal value) { return {Edit::Op::kSet, std::move(path), std::move(value), 0, 0}; }
inline Step replace(std::string path, Literal value) {
  return {Edit::Op::kReplace, std::move(path), std::move(value), 0, 0};
}
inline Step insert(std::string path, size_t index, Literal value) {
  return {Edit::Op::kInsert, std::move(path), std::move(value), index, 0};
}
inline Step drop(std::string path) { return {Edit::Op::kRemove, std::move(path), {}, 0, 0}; }
inline Step in_document(size_t document, Step step) {
  step.document = document;
  return step;
}

std::vector<std::string> split_path(std::string_view path);
// The edit of a step; its target must exist.
Edit make_edit(const Step& step, brokergate::Value root);

// The text with the steps made; "error: …" when it cannot be done, and
// "unreadable" when `text` is. What apply() and the JSON patch say is checked
// on the way: "patch differs" when they do not agree.
std::string changed(const std::string& text, const std::vector<Step>& steps);
// The JSON patch of the steps for the first document.
std::string patch_of(const std::string& text, const std::vector<Step>& steps);

}  // namespace edit_test
