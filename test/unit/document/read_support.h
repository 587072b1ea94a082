// Short ways to read a text and to compare what came of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/document.h"
#include "catch.h"

namespace brokergate::test {

inline SourcePtr source_of(std::string_view text) {
  return std::make_shared<const Source>("input.yaml", std::string(text));
}

// Documents as JSON and errors as "line:column: message", one string each.
struct Outcome {
  std::vector<std::string> documents;
  std::vector<std::string> errors;
};

inline Outcome outcome_of(std::string_view text, const ReadLimits& limits = {}) {
  const ReadResult result = read(source_of(text), limits);
  Outcome outcome;
  for (const Document& document : result.documents) outcome.documents.push_back(to_json(document.root()));
  for (const ReadError& error : result.errors) {
    outcome.errors.push_back(std::to_string(error.position.line) + ":" + std::to_string(error.position.column) + ": " +
                             error.message);
  }
  return outcome;
}

// The JSON of a text that is one document; what went wrong when it is not.
inline std::string json_of(std::string_view text) {
  const Outcome outcome = outcome_of(text);
  if (!outcome.errors.empty()) return "error " + outcome.errors.front();
  return outcome.documents.size() == 1 ? outcome.documents.front()
                                       : std::to_string(outcome.documents.size()) + " documents";
}

// The one error of a text that has no readable document.
inline std::string error_of(std::string_view text, const ReadLimits& limits = {}) {
  const Outcome outcome = outcome_of(text, limits);
  if (!outcome.documents.empty()) return "read as " + outcome.documents.front();
  return outcome.errors.size() == 1 ? outcome.errors.front() : std::to_string(outcome.errors.size()) + " errors";
}

// The source bytes a value or a key stands in.
inline std::string bytes_of(const Document& document, Value value) {
  return std::string(document.source()->text().substr(value->begin, value->end - value->begin));
}
inline std::string key_bytes_of(const Document& document, Value value) {
  return std::string(document.source()->text().substr(value->key_begin, value->key_end - value->key_begin));
}

}  // namespace brokergate::test
