// Manifests: what lint, inspect and mutate are given.
#include <string>

#include "fuzz/common.h"

using namespace brokergate;

namespace {

// A tree written as JSON and read again is the same tree. (As JSON, because a float
// that is whole is written as Go writes it, like an integer.)
void must_survive_json(const SourcePtr& source) {
  for (const Document& document : read(source).documents) {
    // A scalar alone, or nothing, is no document of its own.
    if (!document.root().is_map()) continue;
    const auto json = std::make_shared<const Source>("again.json", to_json(document.root()));
    const ReadResult again = read(json);
    fuzz::must(again.errors.empty() && again.documents.size() == 1, "to_json() writes what can be read", json->text());
    const std::string twice = to_json(again.documents[0].root());
    fuzz::must(twice == json->text(), "to_json() changes nothing", std::string(json->text()) + "\n" + twice);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  must_survive_json(std::make_shared<const Source>("fuzz.yaml", text));
  fuzz::must_settle(text, fuzz::policy(size));
  return 0;
}
