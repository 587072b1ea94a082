#include "text_support.h"

#include "edit_check.h"

namespace edit_test {

using namespace brokergate;

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const size_t length = std::min(path.find(' '), path.size());
    out.emplace_back(path.substr(0, length));
    path.remove_prefix(std::min(length + 1, path.size()));
  }
  return out;
}

Edit make_edit(const Step& step, Value root) {
  if (step.op == Edit::Op::kSet) return set_edit(root, split_path(step.path), step.value);
  Edit edit;
  edit.op = step.op;
  edit.target = find(root, split_path(step.path)).node();
  edit.value = step.value;
  edit.index = step.index;
  return edit;
}

std::string changed(const std::string& text, const std::vector<Step>& steps) {
  const auto source = std::make_shared<const Source>("test.yaml", text);
  const ReadResult result = read(source);
  if (!result.errors.empty()) return "unreadable: " + result.errors[0].message;
  std::vector<ObjectEdits> objects;
  for (size_t i = 0; i < result.documents.size(); ++i) {
    ObjectEdits object{&result.documents[i], result.documents[i].root(), {}};
    for (const Step& step : steps) {
      if (step.document == i) object.edits.push_back(make_edit(step, object.root));
    }
    const Document after = apply(source, object.root, object.edits);
    const std::string patch = to_json_patch(object.root, object.edits);
    if (apply_patch(to_json(object.root), patch) != canonical(to_json(after.root()))) return "patch differs: " + patch;
    objects.push_back(std::move(object));
  }
  const TextResult edits = to_text_edits(source, objects);
  if (!edits.error.empty()) return "error: " + edits.error;
  return apply_text(text, edits.edits);
}

std::string patch_of(const std::string& text, const std::vector<Step>& steps) {
  const auto source = std::make_shared<const Source>("test.yaml", text);
  const ReadResult result = read(source);
  std::vector<Edit> edits;
  for (const Step& step : steps) edits.push_back(make_edit(step, result.documents.at(0).root()));
  return to_json_patch(result.documents.at(0).root(), edits);
}

}  // namespace edit_test
