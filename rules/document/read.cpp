#include <algorithm>
#include <limits>
#include <utility>

#include "brokergate/document.h"
#include "rules/document/reader.h"

namespace brokergate {
namespace document {
namespace {

class InputReader {
 public:
  InputReader(const SourcePtr& source, const ReadLimits& limits, const DocumentSink& sink)
      : input_(source, limits), sink_(sink) {}

  std::vector<ReadError> run() {
    if (const auto refused = refuse()) {
      report(*refused);
      return std::move(errors_);
    }
    Splitter splitter(input_.text, input_.text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    Piece piece;
    while (splitter.next(piece) && !stopped_) {
      input_.positions.checkpoint(piece.feed);
      read_piece(piece);
    }
    return std::move(errors_);
  }

 private:
  std::optional<Failure> refuse() const {
    const size_t most = std::min<size_t>(input_.limits.bytes, std::numeric_limits<uint32_t>::max() - 1);
    if (input_.text.size() > most) {
      return Failure{
          0, "found " + std::to_string(input_.text.size()) + " bytes, wanted at most " + std::to_string(most), true};
    }
    if (input_.text.starts_with("\xFF\xFE") || input_.text.starts_with("\xFE\xFF") ||
        input_.text.starts_with(std::string_view("\0\0\xFE\xFF", 4))) {
      return Failure{0, "found the byte order mark of UTF-16 or UTF-32, wanted text in UTF-8", true};
    }
    return std::nullopt;
  }

  void report(const Failure& failure) {
    errors_.push_back({failure.offset, input_.positions.at(failure.offset), failure.message});
  }

  void read_piece(const Piece& piece) {
    const std::string_view text = input_.text.substr(0, piece.end);
    const size_t first = std::min(text.find_first_not_of(" \t\r\n", piece.begin), text.size());
    if (first == text.size() && text.substr(piece.feed, piece.begin - piece.feed).find('%') == std::string_view::npos) {
      return;
    }
    if (first < piece.end && (input_.text[first] == '{' || input_.text[first] == '[')) {
      read_braces(piece, static_cast<uint32_t>(first));
    } else if (const auto failure = try_yaml(piece, sink_)) {
      report(*failure);
    }
  }

  std::optional<Failure> try_yaml(const Piece& piece, const DocumentSink& sink) {
    const size_t nodes = input_.nodes_left;
    size_t delivered = 0;
    auto failure = read_yaml(input_, piece, [&](Document&& document) {
      if (delivered++ < input_.documents_left) sink(std::move(document));
    });
    if (failure) {
      input_.nodes_left = nodes;
      ++delivered;
    }
    if (delivered > input_.documents_left) {
      stopped_ = true;
      return too_many_documents(piece.begin, input_.limits.documents);
    }
    input_.documents_left -= delivered;
    return failure;
  }

  // JSON, or YAML in flow style: as kubectl, JSON first, then YAML.
  void read_braces(const Piece& piece, uint32_t first) {
    JsonOutcome json = read_json(input_, piece, sink_);
    if (json.failures.empty()) return;
    const bool final =
        std::any_of(json.failures.begin(), json.failures.end(), [](const Failure& f) { return f.final; });
    if (!json.committed && !final) {
      ++input_.documents_left;
      std::vector<Document> documents;
      const auto failure = try_yaml(piece, [&](Document&& document) { documents.push_back(std::move(document)); });
      if (!failure) {
        for (Document& document : documents) sink_(std::move(document));
        return;
      }
      if (failure->final || (!json.held && !looks_json(first, piece.end))) {
        report(*failure);
        return;
      }
    }
    if (json.held) sink_(std::move(*json.held));
    for (const Failure& failure : json.failures) report(failure);
    stopped_ = stopped_ || json.stopped;
  }

  // What follows the first bracket tells which language its author had in mind.
  bool looks_json(uint32_t first, uint32_t end) const {
    const size_t next = input_.text.find_first_not_of(" \t\r\n", first + 1);
    return next < end && (input_.text[next] == '"' || input_.text[next] == '}' ||
                          (input_.text[first] == '[' && input_.text[next] == '{'));
  }

  Input input_;
  const DocumentSink& sink_;
  std::vector<ReadError> errors_;
  bool stopped_ = false;  // too many documents: the rest is not read
};

}  // namespace
}  // namespace document

std::vector<ReadError> read(const SourcePtr& source, const ReadLimits& limits, const DocumentSink& sink) {
  return document::InputReader(source, limits, sink).run();
}

ReadResult read(const SourcePtr& source, const ReadLimits& limits) {
  ReadResult result;
  result.errors = read(source, limits, [&](Document&& document) { result.documents.push_back(std::move(document)); });
  return result;
}

}  // namespace brokergate
