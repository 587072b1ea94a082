#include "unit/engine/fixture.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace brokergate::test {
namespace fs = std::filesystem;
namespace {

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// What stands behind `mark` in a comment; nullopt when the line has no such mark.
std::optional<std::string> comment(const std::string& line, const std::string& mark) {
  const size_t at = line.find("# " + mark + ": ");
  if (at == std::string::npos) return std::nullopt;
  return line.substr(at + mark.size() + 4);
}

Expectation expectation(const std::string& text, uint32_t line) {
  std::istringstream words(text);
  Expectation out;
  out.line = line;
  std::string last;
  words >> out.rule >> out.severity >> last;
  out.fixable = last == "fixable";
  if (out.severity.empty() || (!last.empty() && !out.fixable)) throw std::runtime_error("bad EXPECT: " + text);
  return out;
}

}  // namespace

std::string to_string(const Expectation& expectation) {
  return "line " + std::to_string(expectation.line) + ": " + expectation.rule + " " + expectation.severity +
         (expectation.fixable ? " fixable" : "");
}

Bundle bundle_of(const SourcePtr& source) {
  ReadResult result = read(source);
  if (!result.errors.empty()) throw std::runtime_error(source->name() + ": " + result.errors[0].message);
  Bundle bundle;
  for (Document& document : result.documents) {
    for (Object& object : objects_of(std::make_shared<const Document>(std::move(document)))) {
      if (concerns_engine(object.kind)) bundle.objects.push_back(std::move(object));
    }
  }
  return bundle;
}

Policy policy_of(const std::string& spec) {
  if (spec.empty()) return Policy::defaults();
  const Source source("policy", "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec:\n" + spec);
  auto policy = read_policy(source, rule_ids());
  if (!policy) throw std::runtime_error("policy: " + policy.error().at(0).message);
  return *policy;
}

Fixture load_fixture(const fs::path& path) {
  Fixture fixture;
  fixture.source = std::make_shared<const Source>(path.filename().string(), read_file(path));
  std::istringstream lines{std::string(fixture.source->text())};
  std::string line, spec;
  bool alone = false;
  std::vector<Expectation> above;
  for (uint32_t number = 1; std::getline(lines, line); ++number) {
    if (const auto rest = comment(line, "POLICY")) spec += "  " + *rest + "\n";
    if (const auto rest = comment(line, "TODAY")) fixture.today = *rest;
    if (comment(line, "DOOR")) alone = true;
    const auto wanted = comment(line, "EXPECT");
    if (wanted && line.find_first_not_of(' ') == line.find('#')) {
      above.push_back(expectation(*wanted, 0));
      continue;
    }
    if (wanted) fixture.expected.push_back(expectation(*wanted, number));
    for (Expectation& one : above) {
      one.line = number;
      fixture.expected.push_back(std::move(one));
    }
    above.clear();
  }
  std::sort(fixture.expected.begin(), fixture.expected.end());
  fixture.policy = policy_of(spec);
  fixture.bundle = bundle_of(fixture.source);
  fixture.bundle.complete = !alone;
  const fs::path old = path.parent_path() / (path.stem().string() + ".old.yaml");
  if (fs::exists(old)) {
    fixture.old = std::make_unique<Bundle>(bundle_of(std::make_shared<const Source>("old", read_file(old))));
    fixture.bundle.complete = false;
    fixture.admission = Admission{Operation::kUpdate, &fixture.old->objects.at(0), false};
  } else if (alone) {
    fixture.admission = Admission{};
  }
  return fixture;
}

Evaluation Fixture::run(const Bundle& objects) const {
  return evaluate(objects, policy, admission ? &*admission : nullptr, today);
}

std::vector<Expectation> findings_of(const Verdict& verdict) {
  std::vector<Expectation> out;
  for (const Finding& finding : verdict.findings) {
    if (finding.suppressed) continue;
    out.push_back({std::string(finding.rule), std::string(to_string(finding.severity)),
                   finding.object->source()->position(finding.at->begin).line, finding.fixable()});
  }
  std::sort(out.begin(), out.end());
  return out;
}

Bundle mended(const Bundle& bundle, const Verdict& verdict) {
  Bundle out = bundle;
  for (size_t i = 0; i < bundle.objects.size(); ++i) {
    const Object& object = bundle.objects[i];
    const std::vector<Edit> edits = edits_for(verdict, object);
    if (edits.empty()) continue;
    auto changed = std::make_shared<const Document>(apply(object.source(), object.root, edits));
    std::vector<Object> objects = objects_of(changed);
    out.objects[i] = std::move(objects.at(0));
  }
  return out;
}

fs::path fixtures_folder() { return fs::path(BROKERGATE_SOURCE_DIR) / "test/fixtures"; }

std::vector<fs::path> fixture_files(const fs::path& folder) {
  std::vector<fs::path> out;
  if (!fs::is_directory(folder)) return out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool own = (name.starts_with("pass-") || name.starts_with("fail-")) && name.ends_with(".yaml");
    if (own && !name.ends_with(".old.yaml")) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace brokergate::test
