#include <unordered_map>
#include <unordered_set>

#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

const Node* entry_at(const Node& map, uint32_t offset) {
  for (const Node& child : Value(&map).children()) {
    if (child.key_begin == offset || child.begin == offset) return &child;
  }
  return nullptr;
}

// A hostile document may hold any number; a person needs the first ones.
constexpr size_t kMostNotes = 20;

void tell(const Document& document, const std::unordered_map<const Node*, const Object*>& roots, Report& report) {
  size_t told = 0;
  for (const DocumentNote& note : document.notes()) {
    const Node* node = note.map;
    while (node && !roots.contains(node)) node = node->parent;
    if (!node) continue;
    const Node* entry = entry_at(*note.map, note.offset);
    const Value at = entry ? Value(entry) : Value(note.map);
    if (++told > kMostNotes) {
      report.add(*roots.at(node), at, "more keys of this document are written twice, want each once");
      return;
    }
    report.add(*roots.at(node), at, cat(shown(note.message), ", want it once"));
  }
}

void check(const Context& context, Report& report) {
  std::unordered_map<const Node*, const Object*> roots;
  std::vector<const Document*> documents;
  std::unordered_set<const Document*> known;
  const auto add = [&](const Object& object) {
    if (object.document->notes().empty()) return;
    roots.emplace(object.root.node(), &object);
    if (known.insert(object.document.get()).second) documents.push_back(object.document.get());
  };
  for (const SetFacts& facts : context.facts.sets) add(*facts.set->object);
  for (const BrokerService* service : context.facts.services) add(*service->object);
  for (const Document* document : documents) tell(*document, roots, report);
}

}  // namespace

constinit const Rule duplicate_key = {
    {.id = "duplicate-key",
     .severity = Severity::kWarn,
     .title = "No key is written twice in one map",
     .why = "kubectl and the API server keep the last of two equal keys and drop the other without a word, so that the "
            "annotation or port a person reads first is not the one that counts (sigs.k8s.io/yaml; strict decoding "
            "refuses it).",
     .remediation = "Remove one of the two entries; as it stands only the last one counts.",
     .docs = "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
     .example = "annotations:\n  cloud.google.com/load-balancer-type: Internal   # dropped\n"
                "  cloud.google.com/load-balancer-type: External\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks
