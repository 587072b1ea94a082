#include "cli/output/rules.h"

#include <algorithm>

#include "cli/output/json_tools.h"

namespace brokergate::cli {
namespace {

constexpr size_t kWidth = 96;

// Breaks lines between words.
std::string wrapped(std::string_view text, std::string_view indent) {
  std::string out, line;
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent) + line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const bool line_break = end < text.size() && text[end] == '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) flush();
    if (!line.empty() && !word.empty()) line += ' ';
    line += word;
    if (line_break) flush();
  }
  flush();
  return out;
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) out += indent;
    out += text.substr(0, end);
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Json to_json(const RuleInfo& info) {
  return Json::object({{"id", info.id},
                       {"severity", to_string(info.severity)},
                       {"title", info.title},
                       {"why", info.why},
                       {"remediation", info.remediation},
                       {"docs", info.docs},
                       {"example", info.example},
                       {"exampleIsWrong", info.example_is_wrong}});
}

std::string example_title(const RuleInfo& info) {
  return info.example_is_wrong ? "Example of what is wrong" : "Example of what is right";
}

std::string table_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string rules_list_text(std::span<const Rule> rules, const Paint& paint) {
  size_t width = 0;
  for (const Rule& rule : rules) width = std::max(width, rule.info.id.size());
  std::string out;
  for (const Rule& rule : rules) {
    out += paint.strong(rule.info.id) + std::string(width - rule.info.id.size() + 2, ' ');
    out += paint_severity(rule.info.severity, paint) + "  ";
    out += rule.info.title;
    out += '\n';
  }
  return out;
}

std::string rules_list_json(std::span<const Rule> rules) {
  Json out = Json::array();
  for (const Rule& rule : rules) out.push_back(to_json(rule.info));
  return dump(out);
}

std::string rules_list_markdown(std::span<const Rule> rules) {
  std::string out = "# Rules\n\n| rule | severity | what it wants |\n|---|---|---|\n";
  for (const Rule& rule : rules) {
    const std::string id(rule.info.id);
    out += "| [`" + id + "`](#" + id + ") | " + std::string(to_string(rule.info.severity)) + " | " +
           table_cell(rule.info.title) + " |\n";
  }
  for (const Rule& rule : rules) out += "\n" + rule_markdown(rule);
  return out;
}

std::string rule_text(const Rule& rule, const Paint& paint) {
  const RuleInfo& info = rule.info;
  std::string out = paint.strong(info.id) + " (" + paint_severity(info.severity, paint) + ")\n";
  out += wrapped(info.title, "  ");
  out += "\n" + paint.strong("Why") + "\n" + wrapped(info.why, "  ");
  out += "\n" + paint.strong("What to do") + "\n" + wrapped(info.remediation, "  ");
  if (!info.example.empty()) out += "\n" + paint.strong(example_title(info)) + "\n" + indented(info.example, "  ");
  if (!info.docs.empty()) out += "\n" + paint.strong("Read more") + "\n  " + std::string(info.docs) + "\n";
  return out;
}

std::string rule_json(const Rule& rule) { return dump(to_json(rule.info)); }

std::string rule_markdown(const Rule& rule) {
  const RuleInfo& info = rule.info;
  std::string out = "## " + std::string(info.id) + "\n\n";
  out += std::string(info.title) + " (" + std::string(to_string(info.severity)) + ")\n\n";
  out += "**Why:** " + std::string(info.why) + "\n\n";
  out += "**What to do:** " + std::string(info.remediation) + "\n";
  if (!info.example.empty()) {
    out += "\n" + example_title(info) + ":\n\n```yaml\n" + std::string(info.example);
    if (!info.example.ends_with('\n')) out += '\n';
    out += "```\n";
  }
  if (!info.docs.empty()) out += "\n<" + std::string(info.docs) + ">\n";
  return out;
}

}  // namespace brokergate::cli
