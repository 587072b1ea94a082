#include "cli/verbs/cluster_record.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>

#include "brokergate/source.h"
#include "cli/output/findings.h"
#include "cli/output/snippet.h"
#include "cli/verbs/read_file.h"
#include "webhook/age.h"

namespace brokergate::cli {
namespace {

constexpr size_t kLargestRecord = size_t{512} << 20;
constexpr const char* kRecordKey = "brokergate.io/recorded";

constexpr const char* kTimeForm = "%Y-%m-%dT%H:%M:%SZ";

std::string time_text(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, kTimeForm, &parts)};
}

// None when it is not exactly as time_text() writes it; strptime() alone takes 30 February and what comes behind.
std::optional<std::time_t> time_of(const std::string& text) {
  std::tm parts{};
  if (!::strptime(text.c_str(), kTimeForm, &parts)) return std::nullopt;
  const std::time_t out = ::timegm(&parts);
  return time_text(out) == text ? std::optional(out) : std::nullopt;
}

std::string no_record(const std::string& file) {
  return file + ": is no record; audit --record FILE writes one (other dumps are given as PATH)";
}

// Where JSON stops to be some, and why. What stands there is not told: it may be anybody's env value.
std::string broken(const std::string& file, const std::string& text, size_t byte, std::string why) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return file + ": is no record: it is empty";
  if (text[begin] != '{') return no_record(file);
  const Source source(file, text);
  const Position at = source.position(std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const std::string place = "line " + std::to_string(at.line) + ", column " + std::to_string(at.column);
  if (byte > text.size()) return file + ": is no whole record: its JSON ends too early, at " + place;
  // "[json.exception.parse_error.101] parse error at line 1, column 5: why; last read: '…'; expected …"
  if (const size_t colon = why.find(": "); colon != std::string::npos) why.erase(0, colon + 2);
  if (const size_t last = why.find("; last read"); last != std::string::npos) why.resize(last);
  return file + ": is no record: broken JSON at " + place + ": " + harmless(why);
}

// Objects are copied and printed level by level: nesting without an end would be the end of the stack. What the API
// server answers is refused far below this (certs/cluster.cpp).
constexpr size_t kDeepest = 256;

// Told before the text is parsed: the parser itself copies a value when another key follows it.
bool too_deep(std::string_view text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

tl::expected<certs::Json, std::string> parse_record(const std::string& file, const std::string& text) {
  if (too_deep(text)) {
    return tl::unexpected(file + ": is no record: values nested more than " + std::to_string(kDeepest) +
                          " levels deep");
  }
  try {
    return certs::Json::parse(text);
  } catch (const certs::Json::parse_error& problem) {
    return tl::unexpected(broken(file, text, problem.byte, problem.what()));
  } catch (const certs::Json::exception&) {  // a number that no type holds
    return tl::unexpected(no_record(file));
  }
}

}  // namespace

// A List, so that every other verb and kubectl read it as well.
certs::Json record_of(const ClusterObjects& objects) {
  certs::Json out;
  out["apiVersion"] = "v1";
  out["kind"] = "List";
  out[kRecordKey] = {{"at", time_text(std::time(nullptr))}, {"by", std::string("brokergate ") + BROKERGATE_VERSION}};
  out[kRecordKey]["unread"] = objects.unread;
  out[kRecordKey]["unseen"] = objects.unseen;
  out["items"] = objects.items;
  return out;
}

tl::expected<ClusterObjects, std::string> read_record(const std::string& file, Console& console) {
  const auto text = read_file(file, kLargestRecord);
  if (!text) return tl::unexpected(file + ": " + text.error());
  auto parsed = parse_record(file, *text);
  if (!parsed) return tl::unexpected(parsed.error());
  certs::Json& record = *parsed;
  if (!record.is_object() || !record.contains(kRecordKey) || !record["items"].is_array())
    return tl::unexpected(no_record(file));
  ClusterObjects out;
  out.items = std::move(record["items"]);
  for (const auto& [name, into] : {std::pair{"unread", &out.unread}, std::pair{"unseen", &out.unseen}}) {
    for (const certs::Json& each : certs::member(record[kRecordKey], name)) {
      if (each.is_string()) into->push_back(each.get<std::string>());
    }
  }
  const std::string at = certs::text_member(record[kRecordKey], "at");
  const auto then = time_of(at);
  if (!then) {
    return tl::unexpected(file + ": " + kRecordKey + " has no time in `at` of the form 2026-01-31T09:00:00Z" +
                          (at.empty() ? "" : ": " + harmless(at)));
  }
  const int64_t seconds = std::time(nullptr) - *then;
  out.age = std::max<int64_t>(seconds, 0) * 1000;
  console.err("brokergate: note: the cluster as it was at " + at +
              (seconds < 0 ? ", which lies in the future by this machine's clock: its age counts as none"
                           : ", " + webhook::age_text(out.age)) +
              "\n");
  return out;
}

bool lacks_namespace(const Object& object) {
  return object.ns.empty() && concerns_engine(object.kind) && object.kind != "Node";
}

void place_beside(const ClusterObjects& record, const std::string& ns, std::vector<Object>& objects, Console& console) {
  size_t placed = 0;
  for (Object& object : objects) {
    if (!lacks_namespace(object)) continue;
    object.ns = ns;
    ++placed;
  }
  const bool known = std::any_of(record.items.begin(), record.items.end(), [&](const certs::Json& item) {
    return certs::text_member(certs::member(item, "metadata"), "namespace") == ns;
  });
  if (placed == 0 || known) return;
  console.err("brokergate: note: the record holds nothing of namespace " + harmless(ns) + ", where " +
              count(placed, "object") + " without a namespace " + (placed == 1 ? "is" : "are") +
              " judged (--namespace names another)\n");
}

}  // namespace brokergate::cli
