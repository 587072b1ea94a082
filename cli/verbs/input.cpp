#include "cli/verbs/input.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "cli/verbs/progress.h"
#include "cli/verbs/read_file.h"
#include "cli/verbs/walk.h"

namespace brokergate::cli {
namespace {

// A tree takes many times its text. One such file at a time keeps the peak of a
// run near that of its worst file.
constexpr size_t kLarge = size_t{2} << 20;

constexpr size_t kMostStrangers = 10;

struct FileResult {
  InputFile file;
  std::vector<Object> objects;  // kept ones
  std::vector<Problem> problems;
};

const char* const kHelmAdvice =
    "this is an unrendered Helm template; render the chart and check the result: "
    "helm template NAME CHART | brokergate lint -";

class Loader {
 public:
  Loader(const LoadOptions& how, int stdin_fd) : how_(how), stdin_(stdin_fd) {}

  FileResult operator()(const FoundFile& found) {
    FileResult out;
    out.file.name = found.name;
    out.file.listed = found.listed;
    try {
      read_one(out);
    } catch (const std::bad_alloc&) {
      out.objects.clear();
      problem(out, nullptr, {}, "not enough memory to read it");
    }
    return out;
  }

 private:
  static void problem(FileResult& out, SourcePtr source, Position at, std::string message) {
    out.problems.push_back({out.file.name, std::move(source), at, std::move(message)});
  }

  void read_one(FileResult& out) {
    const std::string& name = out.file.name;
    auto text = name == "-" ? read_descriptor(stdin_, how_.limits.bytes) : read_file(name, how_.limits.bytes);
    if (!text) return problem(out, nullptr, {}, std::move(text.error()));
    const auto source = std::make_shared<const Source>(display_name(name), std::move(*text));
    if (how_.keep_sources) out.file.source = source;
    const size_t braces = source->text().find("{{");
    if (braces != std::string_view::npos && in_chart_templates(name)) {
      return problem(out, source, source->position(braces), kHelmAdvice);
    }
    std::optional<std::unique_lock<std::mutex>> alone;
    if (source->text().size() > kLarge) alone.emplace(large_);
    parse(out, source, braces != std::string_view::npos);
    if (!out.objects.empty()) out.file.source = source;
  }

  void parse(FileResult& out, const SourcePtr& source, bool has_braces) {
    size_t stranger_count = 0;
    std::vector<Position> strangers;  // the first few; a position is linear in its offset
    bool any_document = false;
    const std::vector<ReadError> errors = read(source, how_.limits, [&](Document&& document) {
      any_document = true;
      const auto shared = std::make_shared<const Document>(std::move(document));
      size_t not_objects = 0;
      std::vector<Object> objects = objects_of(shared, &not_objects);
      if (not_objects != 0) {
        ++stranger_count;
        const Value root = shared->root();
        if (strangers.size() < kMostStrangers) {
          strangers.push_back(source->position(root ? root->begin : shared->begin()));
        }
      }
      out.file.objects += objects.size();
      for (Object& object : objects) {
        if (how_.keep_objects || concerns_engine(object.kind)) out.objects.push_back(std::move(object));
      }
    });
    for (const ReadError& error : errors) {
      const bool helm = has_braces && error.message.find("Helm") == std::string::npos;
      problem(out, source, error.position, helm ? error.message + "; if " + kHelmAdvice : error.message);
    }
    if (out.file.listed && out.file.objects == 0) return;
    for (const Position& at : strangers) {
      problem(out, source, at, "not a Kubernetes object: it has no apiVersion and kind");
    }
    if (stranger_count > strangers.size()) {
      problem(out, nullptr, {},
              std::to_string(stranger_count - strangers.size()) + " more documents that are not Kubernetes objects");
    }
    if (!any_document && errors.empty()) problem(out, source, {1, 1}, "there is no document in it");
  }

  const LoadOptions& how_;
  int stdin_;
  std::mutex large_;
};

std::vector<FileResult> load_all(const std::vector<FoundFile>& files, Loader& loader, Progress& progress) {
  std::vector<FileResult> results(files.size());
  const size_t workers = std::min<size_t>(std::max(1U, std::thread::hardware_concurrency()), files.size());
  if (workers <= 1) {
    for (size_t i = 0; i < files.size(); ++i) results[i] = loader(files[i]);
    return results;
  }
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < files.size(); i = next++) {
      results[i] = loader(files[i]);
      progress.step();
    }
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
  return results;
}

}  // namespace

Inputs load(const InputOptions& options, const LoadOptions& how, Console& console) {
  Inputs out;
  Walk found = walk(options.paths);
  out.problems = std::move(found.problems);
  Progress progress(console, "reading", found.files.size());
  Loader loader(how, console.in());
  std::vector<FileResult> results = load_all(found.files, loader, progress);
  progress.done();

  size_t objects = 0;
  for (const FileResult& result : results) objects += result.objects.size();
  out.bundle.objects.reserve(objects);
  for (FileResult& result : results) {
    out.objects += result.file.objects;
    if (result.file.listed && result.file.objects == 0 && result.problems.empty()) {
      out.strangers.push_back(result.file.name);
    }
    std::move(result.objects.begin(), result.objects.end(), std::back_inserter(out.bundle.objects));
    std::move(result.problems.begin(), result.problems.end(), std::back_inserter(out.problems));
    out.files.push_back(std::move(result.file));
  }
  // Several directories full of other things: nothing at all was checked.
  if (out.objects == 0 && out.problems.empty() && !out.files.empty()) {
    out.problems.push_back({options.paths.front(), nullptr, {}, "no Kubernetes object in any of the files"});
  }
  return out;
}

}  // namespace brokergate::cli
