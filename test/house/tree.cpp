#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "brokergate/document.h"
#include "brokergate/object.h"
#include "catch.h"
#include "house/text.h"

namespace {

using namespace brokergate;

std::vector<Object> objects_in(const std::string& file) {
  std::vector<Object> objects;
  ReadResult result = read(std::make_shared<const Source>(file, house::read_file(file)));
  REQUIRE(result.errors.empty());
  for (Document& document : result.documents) {
    for (Object& object : objects_of(std::make_shared<const Document>(std::move(document)))) objects.push_back(object);
  }
  return objects;
}

// True for text: what a person may read and an editor may change.
bool is_text(const std::string& text) { return text.find('\0') == std::string::npos; }

}  // namespace

TEST_CASE("no file names a developer's machine or a package registry") {
  // Put together here so that this file does not find itself.
  std::vector<std::string> forbidden = {BROKERGATE_SOURCE_DIR};
  for (const char* home : {"home", "root", "Users"}) forbidden.push_back("/" + std::string(home) + "/");
  for (const char* host : {"pypi", "crates", "npmjs", "debian", "maven", "golang"}) {
    for (const char* prefix : {"registry.", "static.", "deb.", "repo.", "repo1.", "proxy.", "files."}) {
      forbidden.push_back(prefix + std::string(host) + ".");
    }
  }
  const std::vector<std::string> files = house::tracked_files();
  REQUIRE(files.size() > 50);
  for (const std::string& file : files) {
    const std::string text = house::read_file(file);
    if (!is_text(text)) continue;
    for (const std::string& word : forbidden) {
      if (text.find(word) != std::string::npos) FAIL_CHECK(file << " contains " << word);
    }
  }
}

TEST_CASE("the requests of the demo hold the demo's own objects") {
  const auto [name, file] = GENERATE(table<std::string, std::string>(
      {{"create-service.json", "external.yaml"}, {"create-brokers.json", "brokers.yaml"}}));
  INFO(name);
  ReadResult request = read(std::make_shared<const Source>(name, house::read_file("deploy/demo/requests/" + name)));
  REQUIRE(request.errors.empty());
  REQUIRE(request.documents.size() == 1);
  const Value asked = request.documents.front().root()["request"];
  bool found = false;
  for (const Object& object : objects_in("deploy/demo/kafka/" + file)) {
    if (object.name != asked["name"].str() || object.kind != asked["kind"]["kind"].str()) continue;
    found = true;
    CHECK(object.ns == asked["namespace"].str());
    CHECK(same_value(object.root, asked["object"]));
  }
  CHECK(found);
}

TEST_CASE("licence and change log are there and speak of this version") {
  CHECK(house::read_file("LICENSE").find("Apache License") != std::string::npos);
  CHECK(house::read_file("LICENSE").find("END OF TERMS AND CONDITIONS") != std::string::npos);
  CHECK(house::read_file("CHANGELOG.md").find("## " BROKERGATE_VERSION) != std::string::npos);
}

TEST_CASE("scripts are executable and start as they should") {
  for (const std::string script : {"dev", ".ci/run"}) {
    const auto mode = std::filesystem::status(std::filesystem::path(BROKERGATE_SOURCE_DIR) / script).permissions();
    INFO(script);
    CHECK((mode & std::filesystem::perms::owner_exec) != std::filesystem::perms::none);
    CHECK(house::read_file(script).starts_with("#!/"));
  }
}

// It recurses over its input: a long string ends the process.
TEST_CASE("the program uses no std::regex") {
  const std::string word = "std::" + std::string("regex");
  size_t seen = 0;
  for (const std::string& file : house::tracked_files()) {
    if (!file.ends_with(".cpp") && !file.ends_with(".h")) continue;
    if (file.starts_with("test/") || file.starts_with("bench/")) continue;
    ++seen;
    if (house::read_file(file).find(word) != std::string::npos) FAIL_CHECK(file << " uses " << word);
  }
  CHECK(seen > 200);
}
