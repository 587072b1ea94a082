#include <algorithm>

#include "brokergate/document.h"
#include "rules/document/entries.h"
#include "rules/document/number.h"

namespace brokergate {
namespace {

// Each pair of entries is compared once: comparing again in another order when
// the first try fails would double the work on every level.
bool same_entries(Value a, Value b) {
  const auto left_span = a.children(), right_span = b.children();
  const bool same_keys = std::equal(left_span.begin(), left_span.end(), right_span.begin(), right_span.end(),
                                    [](const Node& l, const Node& r) { return l.key == r.key; });
  if (same_keys && !document::has_duplicate_keys(left_span)) {
    return std::equal(left_span.begin(), left_span.end(), right_span.begin(),
                      [](const Node& l, const Node& r) { return same_value(Value(&l), Value(&r)); });
  }
  const auto left = document::effective_entries(left_span), right = document::effective_entries(right_span);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Node* l, const Node* r) { return l->key == r->key && same_value(Value(l), Value(r)); });
}

}  // namespace

bool same_value(Value a, Value b) {
  if (a == b) return true;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kString:
      return a->text == b->text;
    case Kind::kInt:
      return a->text == b->text || document::parse_integer(a->text) == document::parse_integer(b->text);
    case Kind::kFloat:
      return a->text == b->text || document::float_value(a->text) == document::float_value(b->text);
    case Kind::kSeq:
      return std::equal(a.children().begin(), a.children().end(), b.children().begin(), b.children().end(),
                        [](const Node& l, const Node& r) { return same_value(Value(&l), Value(&r)); });
    case Kind::kMap:
      return same_entries(a, b);
  }
  return false;
}

}  // namespace brokergate
