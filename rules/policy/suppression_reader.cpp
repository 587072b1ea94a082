#include <algorithm>

#include "rules/policy/spec_reader.h"

namespace brokergate {
namespace {

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](size_t begin, size_t length) {
    int value = 0;
    for (size_t i = begin; i < begin + length; ++i) {
      if (text[i] < '0' || text[i] > '9') return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

// "Kind/name" or "Kind/namespace/name", no part empty.
bool is_object(std::string_view text) {
  const auto slashes = std::count(text.begin(), text.end(), '/');
  return (slashes == 1 || slashes == 2) && !text.starts_with('/') && !text.ends_with('/') &&
         text.find("//") == std::string_view::npos;
}

}  // namespace

void read_suppressions(SchemaReader& reader, const PolicyNode* node, const std::vector<std::string_view>& known_rules,
                       Policy& policy) {
  const PolicyNode* list = reader.list(node, "spec.suppressions");
  for (size_t i = 0; list && i < list->items.size(); ++i) {
    const std::string path = "spec.suppressions[" + std::to_string(i) + "]";
    const PolicyNode* item = list->items[i];
    if (!item->is_map()) {
      reader.wrong(item, path, "a map with rule, object, reason and, if it shall end, expires");
      continue;
    }
    reader.map(item, path, {"rule", "object", "reason", "expires"});
    Suppression suppression;
    suppression.line = item->position.line;
    const auto text_of = [&](std::string_view key, std::string_view why, std::string& out) {
      const PolicyNode* value = SchemaReader::get(item, key);
      if (!value || value->kind == PolicyNode::Kind::kNull) {
        reader.error(item, path + "." + std::string(key) + " is missing, wanted " + std::string(why));
        return false;
      }
      auto text = reader.string(value, path + "." + std::string(key));
      if (!text) return false;
      if (text->find_first_not_of(" \t\n") == std::string::npos) {
        reader.wrong(value, path + "." + std::string(key), why);
        return false;
      }
      out = std::move(*text);
      return true;
    };
    if (text_of("rule", "the id of a rule", suppression.rule)) {
      check_rule(reader, SchemaReader::get(item, "rule"), suppression.rule, path + ".rule", known_rules);
    }
    const std::string_view object = "\"Kind/name\" or \"Kind/namespace/name\", * as wildcard";
    if (text_of("object", object, suppression.object) && !is_object(suppression.object)) {
      reader.wrong(SchemaReader::get(item, "object"), path + ".object", object);
    }
    text_of("reason", "why this is accepted; nobody may silence a rule without saying so", suppression.reason);
    const PolicyNode* expires = SchemaReader::get(item, "expires");
    if (expires && expires->kind != PolicyNode::Kind::kNull) {
      if (expires->is_scalar() && is_date(expires->text)) {
        suppression.expires = expires->text;
      } else {
        reader.wrong(expires, path + ".expires", "a date that exists, as YYYY-MM-DD");
      }
    }
    policy.suppressions.push_back(std::move(suppression));
  }
}

}  // namespace brokergate
