#include "rules/peers.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "brokergate/rule.h"
#include "rules/text.h"

namespace brokergate {
namespace {

// Objects are copied from bundle to bundle: they are the same by their identity.
std::string key_of(const Finding& finding) {
  const Object& object = *finding.object;
  return cat(finding.rule, "\n", object.kind, "\n", object.ns, "\n", object.name, "\n", finding.path());
}

class Known {
 public:
  explicit Known(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      Told& told = told_.try_emplace(key_of(finding)).first->second;
      told.severity = std::max(told.severity, finding.severity);
      told.brokers.insert(finding.ordinals.begin(), finding.ordinals.end());
    }
  }
  // Of every broker that it is about: one more of them is something new.
  bool no_less(const Finding& finding) const {
    const auto found = told_.find(key_of(finding));
    if (found == told_.end() || found->second.severity < finding.severity) return false;
    return std::all_of(finding.ordinals.begin(), finding.ordinals.end(),
                       [&](int64_t ordinal) { return found->second.brokers.contains(ordinal); });
  }

 private:
  struct Told {
    Severity severity = Severity::kOff;
    std::unordered_set<int64_t> brokers;
  };
  std::unordered_map<std::string, Told> told_;
};

// A Service, the set behind it and its nodes, or two Services with one number: nothing else could make it right. Of a
// set that advertises its node's address a Service that was not looked at could.
bool stands_on_what_is_seen(const Finding& finding) {
  return finding.object->kind == "Service" &&
         (finding.rule == "nodeport-preemptible" || finding.rule == "node-port-clash");
}

}  // namespace

Bundle peers_alone(const Bundle& bundle) {
  Bundle peers = bundle;
  peers.objects.erase(peers.objects.begin(), peers.objects.begin() + static_cast<std::ptrdiff_t>(bundle.peers));
  peers.peers = 0;
  return peers;
}

Bundle request_alone(const Bundle& bundle) {
  Bundle alone;
  alone.objects.push_back(bundle.objects.front());
  alone.complete = false;
  return alone;
}

void blame_request(std::vector<Finding>& findings, const Bundle& bundle, const std::vector<Finding>& before) {
  const Known known(before);
  // Of several objects nobody knows whether they tell of the same; what was wrong with its own object before is not
  // going to be held against the request.
  const auto told_already = [&](const Finding& finding) {
    return bundle.peers == 1 && std::any_of(findings.begin(), findings.end(), [&](const Finding& one) {
             return !bundle.is_peer(*one.object) && one.rule == finding.rule && one.severity >= finding.severity &&
                    !known.no_less(one);
           });
  };
  std::vector<bool> dropped;
  for (const Finding& finding : findings)
    dropped.push_back(bundle.is_peer(*finding.object) && (known.no_less(finding) || told_already(finding)));
  std::vector<Finding> left;
  for (size_t i = 0; i < findings.size(); ++i) {
    if (dropped[i]) continue;
    std::erase_if(findings[i].fixes, [&](const Finding::Fix& fix) { return bundle.is_peer(*fix.object); });
    left.push_back(std::move(findings[i]));
  }
  findings = std::move(left);
}

void mark_seen(std::vector<Finding>& findings, const Bundle& bundle, const std::vector<Finding>& alone,
               const ClusterView& view, const Policy& policy) {
  std::vector<Finding> lasting;
  std::copy_if(alone.begin(), alone.end(), std::back_inserter(lasting),
               [](const Finding& finding) { return !finding.fixable(); });
  const Known known(alone), known_to_last(lasting);
  const auto denied_anyway = [&](std::string_view rule) {
    return std::any_of(lasting.begin(), lasting.end(), [&](const Finding& finding) {
      return finding.rule == rule && finding.severity == Severity::kDeny;
    });
  };
  for (Finding& finding : findings) {
    // Alone it may have been mended: then it is the view that keeps it from that.
    const bool told_alone = finding.fixable() ? known.no_less(finding) : known_to_last.no_less(finding);
    if (!bundle.is_peer(*finding.object) && told_alone) continue;
    finding.view_age = view.age;
    // The same fault, told at the Service that the view shows beside it: who shows it does not make it less.
    if (bundle.peers == 1 && bundle.is_peer(*finding.object) && denied_anyway(finding.rule)) continue;
    std::string why;
    if (!view.doubt.empty()) {
      why = cat("the cluster view is in doubt: ", view.doubt);
    } else if (!view.complete && !stands_on_what_is_seen(finding)) {
      why = "there are more objects around it than are looked at";
    }
    if (why.empty() || finding.severity != Severity::kDeny) continue;
    if (policy.when_stale == Severity::kWarn) {
      Report::weaken(finding, std::move(why));
    } else {
      finding.doubted = std::move(why);
    }
  }
}

}  // namespace brokergate
