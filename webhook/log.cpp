#include "webhook/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

#include "brokergate/document.h"
#include "webhook/review_codec.h"

namespace brokergate::webhook {
namespace {

constexpr size_t kLongestText = 256;

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out(text, length);
  out += '.';
  out += static_cast<char>('0' + millis / 100);
  out += static_cast<char>('0' + millis / 10 % 10);
  out += static_cast<char>('0' + millis % 10);
  out += 'Z';
  return out;
}

std::string start(std::string_view level, std::string_view message) {
  std::string line = R"({"time":")" + timestamp() + R"(","level":")";
  line += level;
  line += R"(","msg":)";
  append_ascii_json(message, line);
  return line;
}

void field(std::string& line, std::string_view name, std::string_view text) {
  line += ",\"";
  line += name;
  line += "\":";
  append_ascii_json(text, line);
}

void escape(uint32_t unit, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 0xF];
}

}  // namespace

void append_ascii_json(std::string_view text, std::string& out) {
  // one_line() has made it valid UTF-8; decoding needs no further checks.
  const std::string clean = one_line(text.substr(0, kLongestText), kLongestText);
  out += '"';
  for (size_t i = 0; i < clean.size();) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    if (byte < 0x80) {
      if (byte == '"' || byte == '\\') out += '\\';
      out += clean[i++];
      continue;
    }
    const size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    uint32_t point = byte & (0xFFU >> (length + 1));
    for (size_t k = 1; k < length; ++k) point = point << 6 | (static_cast<unsigned char>(clean[i + k]) & 0x3FU);
    i += length;
    if (point >= 0x10000) {
      escape(0xD800 + ((point - 0x10000) >> 10), out);
      escape(0xDC00 + ((point - 0x10000) & 0x3FF), out);
    } else {
      escape(point, out);
    }
  }
  out += '"';
}

Log::Log()
    : logger_(std::make_shared<spdlog::logger>("brokergate", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  // The pattern's own fields are not escaped, so the whole line is built here.
  logger_->set_pattern("%v");
  logger_->flush_on(spdlog::level::info);
}

void Log::decision(const Decision& decision, Endpoint endpoint, int64_t duration_us) {
  std::string line = start("info", "decision");
  field(line, "endpoint", to_string(endpoint));
  field(line, "uid", decision.uid);
  field(line, "operation", decision.operation);
  field(line, "kind", decision.kind);
  field(line, "namespace", decision.ns);
  field(line, "name", decision.name);
  field(line, "user", decision.user);
  line += decision.allowed ? R"(,"allowed":true)" : R"(,"allowed":false)";
  line += decision.patched ? R"(,"patched":true)" : R"(,"patched":false)";
  if (decision.dry_run) line += R"(,"dryRun":true)";
  if (!decision.skipped.empty()) field(line, "skipped", decision.skipped);
  if (decision.view_age >= 0) line += ",\"view_ms\":" + std::to_string(decision.view_age);
  line += R"(,"rules":[)";
  for (size_t i = 0; i < decision.rules.size(); ++i) {
    if (i) line += ',';
    append_ascii_json(decision.rules[i], line);
  }
  line += R"(],"outcomes":[)";
  for (size_t i = 0; i < decision.outcomes.size(); ++i) {
    if (i) line += ',';
    append_ascii_json(
        std::string(to_string(decision.outcomes[i].outcome)) + ":" + std::string(decision.outcomes[i].rule), line);
  }
  line += R"(],"duration_us":)" + std::to_string(duration_us) + '}';
  logger_->log(spdlog::level::info, spdlog::string_view_t(line));
}

void Log::refused(std::string_view path, int status, std::string_view why, std::string_view peer) {
  std::string line = start("warn", "refused");
  field(line, "path", path);
  line += R"(,"status":)" + std::to_string(status);
  field(line, "why", why);
  field(line, "peer", peer);
  line += '}';
  logger_->log(spdlog::level::warn, spdlog::string_view_t(line));
}

void Log::problem(std::string_view message, std::string_view detail) {
  std::string line = start("warn", message);
  field(line, "detail", detail);
  line += '}';
  logger_->log(spdlog::level::warn, spdlog::string_view_t(line));
}

void Log::event(std::string_view message, std::string_view detail) {
  std::string line = start("info", message);
  if (!detail.empty()) field(line, "detail", detail);
  line += '}';
  logger_->log(spdlog::level::info, spdlog::string_view_t(line));
}

}  // namespace brokergate::webhook
