// All text edits of one source, and the proof that they say what apply() says.
#include <algorithm>
#include <unordered_map>

#include "rules/document/apply.h"
#include "rules/document/text_edit.h"

namespace brokergate {
namespace {

// One document and everything that is to be changed in it.
struct Job {
  const Document* document = nullptr;
  std::vector<const ObjectEdits*> objects;
};

std::vector<Job> jobs_of(const std::vector<ObjectEdits>& objects) {
  std::vector<Job> jobs;
  std::unordered_map<const Document*, size_t> places;
  for (const ObjectEdits& object : objects) {
    if (object.edits.empty() || !object.document) continue;
    const auto [place, fresh] = places.try_emplace(object.document, jobs.size());
    if (fresh) jobs.push_back({object.document, {}});
    jobs[place->second].objects.push_back(&object);
  }
  return jobs;
}

bool reads_as(std::string text, const Document& before, const Document& after) {
  ReadLimits limits;
  limits.bytes = text.size();
  const auto source = std::make_shared<const Source>(before.source()->name(), std::move(text));
  const ReadResult result = read(source, limits);
  return result.errors.empty() && result.documents.size() == 1 && result.documents[0].json() >= before.json() &&
         same_value(result.documents[0].root(), after.root());
}

// The document's bytes alone, with the marker that ends it: what follows the
// change in the same file must still be where it was.
bool proved(const SourcePtr& source, const Document& before, const Document& after,
            const std::vector<TextEdit>& edits) {
  const std::string_view text = source->text();
  const uint32_t begin = before.begin();
  size_t end = before.end();
  if (!before.json()) end = std::min(text.size(), end + (text.substr(end).starts_with("---") ? 4 : 0));
  std::vector<TextEdit> moved = edits;
  for (TextEdit& edit : moved) {
    if (edit.begin < begin || edit.end > end) return false;
    edit.begin -= begin;
    edit.end -= begin;
  }
  return reads_as(apply_text(text.substr(begin, end - begin), moved), before, after);
}

// The same with the whole input, for documents that need what stands before
// them (a %TAG directive).
bool proved_in_whole(const SourcePtr& source, const Document& before, const Document& after,
                     const std::vector<TextEdit>& edits) {
  std::string changed = apply_text(source->text(), edits);
  ReadLimits limits;
  limits.bytes = std::max(changed.size(), source->text().size());
  const ReadResult old = read(source, limits);
  const ReadResult now = read(std::make_shared<const Source>(source->name(), std::move(changed)), limits);
  if (old.documents.size() != now.documents.size() || old.errors.size() != now.errors.size()) return false;
  bool found = false;
  for (size_t i = 0; i < old.documents.size(); ++i) {
    const bool changes = old.documents[i].begin() == before.begin();
    found |= changes;
    if (!same_value(now.documents[i].root(), changes ? after.root() : old.documents[i].root())) return false;
  }
  return found;
}

std::string edit_document(const SourcePtr& source, const text::Layout& layout, const Job& job,
                          std::vector<TextEdit>& out) {
  const Document& document = *job.document;
  Plan plan;
  plan.root.node = document.root().node();
  for (const ObjectEdits* object : job.objects) add_to_plan(plan, object->root, object->edits);
  finish_plan(plan);
  if (!plan.error.empty()) return plan.error;
  if (plan.root.empty()) return {};
  const Document after = apply_plan(source, plan);
  text::NodeSet unchanged;
  if (!text::plan_aliases(plan, after, layout, unchanged)) {
    return "a value goes whose entries a merge key (<<) elsewhere brings in";
  }
  text::TextEditor editor(layout, plan, after, unchanged, document.json());
  std::vector<TextEdit> edits = editor.run();
  if (!editor.error().empty()) return editor.error();
  if (!proved(source, document, after, edits) && !proved_in_whole(source, document, after, edits)) {
    return "the changed text would not read as the changed object";
  }
  out.insert(out.end(), std::make_move_iterator(edits.begin()), std::make_move_iterator(edits.end()));
  return {};
}

}  // namespace

std::string apply_text(std::string_view text, const std::vector<TextEdit>& edits) {
  std::string out;
  size_t size = text.size(), at = 0;
  for (const TextEdit& edit : edits) size += edit.text.size();
  out.reserve(size);
  for (const TextEdit& edit : edits) {
    out.append(text.substr(at, edit.begin - at)).append(edit.text);
    at = edit.end;
  }
  return out.append(text.substr(std::min(at, text.size())));
}

TextResult to_text_edits(const SourcePtr& source, const std::vector<ObjectEdits>& objects) {
  TextResult result;
  const text::Layout layout(source->text());
  for (const Job& job : jobs_of(objects)) {
    result.error = edit_document(source, layout, job, result.edits);
    if (!result.error.empty()) {
      result.edits.clear();
      return result;
    }
  }
  std::stable_sort(result.edits.begin(), result.edits.end(),
                   [](const TextEdit& a, const TextEdit& b) { return a.begin < b.begin; });
  return result;
}

}  // namespace brokergate
