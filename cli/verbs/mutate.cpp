#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "cli/output/findings.h"
#include "cli/verbs/replace_file.h"
#include "cli/verbs/run_engine.h"
#include "cli/verbs/stream.h"
#include "cli/verbs/verbs.h"
#include "webhook/admission.h"

namespace brokergate::cli {
namespace {

using Changes = std::unordered_map<const Source*, std::vector<ObjectEdits>>;

// The edits per file. Objects in the order of the bundle.
Changes plan(const EngineRun& run) {
  const Verdict& verdict = run.evaluation.verdict;
  std::unordered_set<const Object*> wanted;
  for (const Finding& finding : verdict.findings) {
    if (finding.suppressed) continue;
    for (const Finding::Fix& fix : finding.fixes) wanted.insert(fix.object);
  }
  Changes changes;
  for (const Object& object : run.inputs.bundle.objects) {
    if (!wanted.contains(&object)) continue;
    std::vector<Edit> edits = edits_for(verdict, object);
    if (edits.empty()) continue;
    changes[object.source().get()].push_back({object.document.get(), object.root, std::move(edits)});
  }
  return changes;
}

struct Changed {
  const InputFile* file = nullptr;
  std::string text;  // as it shall be
  bool differs = false;
};

// Every file that was read, changed or not. A change that cannot be proved in
// the text leaves its file as it is and is a problem.
std::vector<Changed> render(EngineRun& run, const Changes& changes) {
  std::vector<Changed> out;
  for (const InputFile& file : run.inputs.files) {
    if (!file.source || (file.listed && file.objects == 0)) continue;
    Changed changed{&file, {}, false};
    if (const auto found = changes.find(file.source.get()); found != changes.end()) {
      const TextResult result = to_text_edits(file.source, found->second);
      if (!result.error.empty()) {
        run.inputs.problems.push_back({file.name, nullptr, {}, "left unchanged: " + result.error});
      } else {
        changed.text = apply_text(file.source->text(), result.edits);
        changed.differs = changed.text != file.source->text();
      }
    }
    out.push_back(std::move(changed));
  }
  return out;
}

std::string_view text_of(const Changed& changed) {
  return changed.differs ? std::string_view(changed.text) : changed.file->source->text();
}

std::string patch_lines(const EngineRun& run, const Changes& changes) {
  std::string out;
  for (const InputFile& file : run.inputs.files) {
    const auto found = changes.find(file.source.get());
    if (found == changes.end()) continue;
    for (const ObjectEdits& edits : found->second) {
      const Value root = edits.root;
      out += "{\"file\":";
      append_json_string(display_name(file.name), out);
      out += ",\"object\":{\"apiVersion\":";
      append_json_string(root["apiVersion"].str(), out);
      out += ",\"kind\":";
      append_json_string(root["kind"].str(), out);
      out += ",\"namespace\":";
      append_json_string(root["metadata"]["namespace"].str(), out);
      out += ",\"name\":";
      append_json_string(root["metadata"]["name"].str(), out);
      out += "},\"patch\":" + to_json_patch(root, edits.edits) + "}\n";
    }
  }
  return out;
}

std::string diff_name(const std::string& name) {
  if (name == "-") return "stdin";
  std::string_view shown = name;
  while (shown.starts_with("./")) shown.remove_prefix(2);
  return std::string(shown.substr(std::min(shown.find_first_not_of('/'), shown.size())));
}

// The objects as they are after the change. Those of unchanged files are the same ones.
struct After {
  Bundle bundle;
  Evaluation evaluation;
};

void read_again(const EngineRun& run, const Changed& changed, Bundle& bundle) {
  const auto source = std::make_shared<const Source>(changed.file->source->name(), changed.text);
  read(source, {}, [&](Document&& document) {
    for (Object& object : objects_of(std::make_shared<const Document>(std::move(document)))) {
      if (!concerns_engine(object.kind)) continue;
      place(object, run);
      bundle.objects.push_back(std::move(object));
    }
  });
}

void judge_again(const EngineRun& run, const std::vector<Changed>& files, After& after) {
  std::unordered_map<const Source*, std::vector<const Object*>> by_source;
  for (const Object& object : run.inputs.bundle.objects) by_source[object.source().get()].push_back(&object);
  after.bundle.complete = run.inputs.bundle.complete;
  for (const Changed& changed : files) {
    if (changed.differs) {
      read_again(run, changed, after.bundle);
      continue;
    }
    const auto own = by_source.find(changed.file->source.get());
    if (own == by_source.end()) continue;
    for (const Object* object : own->second) after.bundle.objects.push_back(*object);
  }
  const Bundle& all = run.inputs.bundle;
  if (all.sees_peers()) {
    after.bundle.peers = after.bundle.objects.size();
    after.bundle.objects.insert(after.bundle.objects.end(),
                                all.objects.begin() + static_cast<std::ptrdiff_t>(all.peers), all.objects.end());
  }
  after.evaluation = evaluate(after.bundle, run.policy, nullptr, webhook::today_utc(), run.view ? &*run.view : nullptr);
  // What the change itself asks of people is not seen in the changed objects. They stand in
  // the order of the unchanged ones.
  const std::vector<Object>& before = run.inputs.bundle.objects;
  if (before.size() != after.bundle.objects.size()) return;
  for (const Finding& finding : run.evaluation.verdict.findings) {
    if (!finding.beside_change || finding.fixable()) continue;
    Finding& kept = after.evaluation.verdict.findings.emplace_back(finding);
    kept.object = &after.bundle.objects[static_cast<size_t>(finding.object - before.data())];
    kept.at = kept.object->root;
  }
}

// What the change leaves, so nothing that it mends: findings of `verdict`, which judges the
// changed objects. Short, because this goes to the log of a Helm post-renderer.
void tell_rest(const EngineRun& run, const Verdict& verdict, size_t changed_objects, Console& console) {
  constexpr size_t kMost = 20;
  Locator locator;
  std::string text;
  size_t left = 0;
  for (const Severity severity : {Severity::kDeny, Severity::kWarn}) {
    for (const Finding& finding : verdict.findings) {
      if (finding.suppressed || finding.severity != severity) continue;
      if (++left <= kMost) text += finding_line(finding, locator, console.err_paint());
    }
  }
  if (left > kMost) text += "and " + std::to_string(left - kMost) + " more\n";
  if (changed_objects + left > 0) {
    text += "brokergate: " + count(changed_objects, "object") + " changed";
    if (left) text += "; " + count(left, "finding") + " left for a person (brokergate lint tells more)";
    text += '\n';
  } else if (const std::string left_out = left_out_text(run); !left_out.empty()) {
    text += "brokergate: nothing changed; " + left_out + "\n";
  }
  console.err(text);
}

bool write_in_place(const std::vector<Changed>& files, Console& console) {
  bool fine = true;
  for (const Changed& changed : files) {
    if (!changed.differs) continue;
    const std::string wrong = replace_file(changed.file->name, changed.file->source->text(), changed.text);
    if (wrong.empty()) continue;
    console.error(changed.file->name + ": " + wrong);
    fine = false;
  }
  return fine;
}

bool write(const MutateOptions& options, const EngineRun& run, const Changes& changes,
           const std::vector<Changed>& files, Console& console) {
  switch (options.output) {
    case MutateOptions::Output::kInPlace:
      return write_in_place(files, console);
    case MutateOptions::Output::kPatch:
      return console.out(patch_lines(run, changes));
    case MutateOptions::Output::kDiff: {
      bool fine = true;
      for (const Changed& changed : files) {
        if (!changed.differs) continue;
        fine = fine &&
               console.out(unified_diff(diff_name(changed.file->name), changed.file->source->text(), changed.text));
      }
      return fine;
    }
    case MutateOptions::Output::kStream:
      break;
  }
  Stream stream(files.size() > 1);
  for (const Changed& changed : files) {
    if (!console.out(stream.next(text_of(changed)))) return false;
  }
  return true;
}

}  // namespace

int mutate(const MutateOptions& options, Console& console) {
  const auto& paths = options.input.paths;
  const bool from_stdin = paths.empty() || std::find(paths.begin(), paths.end(), "-") != paths.end();
  if (options.output == MutateOptions::Output::kInPlace && from_stdin) {
    console.error("--in-place needs files; stdin cannot be written back");
    return kCouldNotRun;
  }
  LoadOptions how;
  how.keep_sources = true;
  auto* const run = run_engine(options.input, options.policy, how, console);
  if (!run) return kCouldNotRun;

  const Changes changes = plan(*run);
  const size_t known_problems = run->inputs.problems.size();
  const std::vector<Changed> files = render(*run, changes);
  size_t objects = 0;
  for (const auto& [source, edits] : changes) objects += edits.size();
  Locator locator;
  for (size_t i = known_problems; i < run->inputs.problems.size(); ++i) {
    console.err(problem_text(run->inputs.problems[i], locator, console.err_paint()));
  }
  const bool written = write(options, *run, changes, files, console);
  // The file whose change cannot be written says so itself.
  const bool differs = std::any_of(files.begin(), files.end(), [](const Changed& file) { return file.differs; });
  After after;
  if (differs) judge_again(*run, files, after);
  tell_rest(*run, differs ? after.evaluation.verdict : run->evaluation.verdict, objects, console);
  return written && run->inputs.problems.empty() ? kClean : kCouldNotRun;
}

}  // namespace brokergate::cli
