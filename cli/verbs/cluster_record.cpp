#include "cli/verbs/cluster_record.h"

#include <ctime>
#include <utility>

#include "cli/verbs/read_file.h"

namespace brokergate::cli {
namespace {

constexpr size_t kLargestRecord = size_t{512} << 20;
constexpr const char* kRecordKey = "brokergate.io/recorded";

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

// 0 when it is no such text, or of the future.
int64_t milliseconds_since(const std::string& text) {
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  const std::time_t now = std::time(nullptr), then = end ? ::timegm(&parts) : now;
  return then < now ? (now - then) * 1000 : 0;
}

}  // namespace

// A List, so that every other verb and kubectl read it as well.
certs::Json record_of(const ClusterObjects& objects) {
  certs::Json out;
  out["apiVersion"] = "v1";
  out["kind"] = "List";
  out[kRecordKey] = {{"at", now_text()}, {"by", std::string("brokergate ") + BROKERGATE_VERSION}};
  out[kRecordKey]["unread"] = objects.unread;
  out[kRecordKey]["unseen"] = objects.unseen;
  out["items"] = objects.items;
  return out;
}

tl::expected<ClusterObjects, std::string> read_record(const std::string& file, Console& console) {
  const auto text = read_file(file, kLargestRecord);
  if (!text) return tl::unexpected(file + ": " + text.error());
  certs::Json record = certs::Json::parse(*text, nullptr, false);
  if (!record.is_object() || !record.contains(kRecordKey) || !record["items"].is_array()) {
    return tl::unexpected(file + ": is no record; audit --record FILE writes one (other dumps are given as PATH)");
  }
  ClusterObjects out;
  out.items = std::move(record["items"]);
  for (const auto& [name, into] : {std::pair{"unread", &out.unread}, std::pair{"unseen", &out.unseen}}) {
    for (const certs::Json& each : certs::member(record[kRecordKey], name)) {
      if (each.is_string()) into->push_back(each.get<std::string>());
    }
  }
  const std::string at = certs::text_member(record[kRecordKey], "at");
  out.age = milliseconds_since(at);
  console.err("brokergate: note: the cluster as it was at " + at + "\n");
  return out;
}

}  // namespace brokergate::cli
