#include "brokergate/nodes.h"
#include "rules/kafka/keep_off.h"
#include "rules/kafka/node_fits.h"
#include "rules/kafka/placement.h"
#include "rules/text.h"

namespace brokergate {
namespace {

using Lands = Placement::Kind;

std::string number(size_t count) { return std::to_string(count); }

Value required_terms(Value pod_spec) {
  return pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
}

// "nodeSelector disk=ssd, zone=a and required node affinity", as far as a person needs it; empty: nothing.
std::string asked(Value pod_spec) {
  constexpr size_t kMostShown = 3;
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : " and ") + text; };
  if (const std::string_view node = pod_spec["nodeName"].str(); !node.empty()) add("nodeName " + std::string(node));
  if (const auto entries = pod_spec["nodeSelector"].children(); !entries.empty()) {
    std::string labels;
    for (size_t i = 0; i < entries.size() && i < kMostShown; ++i) {
      labels.append(i ? ", " : "").append(entries[i].key).append("=").append(Value(&entries[i]).scalar());
    }
    add("nodeSelector " + labels + (entries.size() > kMostShown ? ", …" : ""));
  }
  const Value required = pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  const Value terms = required["nodeSelectorTerms"];
  if (const Value first = terms.at(0)["matchExpressions"].at(0); first) {
    const bool more = terms.size() > 1 || terms.at(0)["matchExpressions"].size() > 1;
    std::string values;
    for (const Node& value : first["values"].children()) {
      if (values.size() > 60) {
        values += ", …";
        break;
      }
      values.append(values.empty() ? "" : ", ").append(Value(&value).scalar());
    }
    add("required node affinity " + std::string(first["key"].str()) + " " + std::string(first["operator"].str()) +
        (values.empty() ? "" : " [" + values + "]") + (more ? ", …" : ""));
  } else if (required.is_map()) {
    add("required node affinity");
  }
  return out;
}

// "3 of 5 schedulable nodes carry cloud.google.com/gke-spot=true and 1 is of pool cheap, …"
std::string nodes_text(const NodeSet& fits, const NodeIndex::Impl& index) {
  constexpr size_t kMostShown = 3;
  const NodeSet real = fits - index.pools, preemptible = real & index.preemptible;
  const size_t all = real.count(), some = preemptible.count();
  if (all == 0) return "no node that is there fits";
  const std::string nodes = all == 1 ? "schedulable node" : number(all) + " schedulable nodes";
  if (some == 0)
    return all == 1 ? "the one schedulable node is not preemptible" : "none of " + nodes + " is preemptible";
  std::string out;
  size_t told = 0, counted = 0;
  for (const NodeIndex::Impl::Mark& mark : index.marks) {
    const NodeSet own = preemptible & mark.nodes;
    const size_t count = own.count();
    if (count == 0) continue;
    if (told++ == kMostShown) break;
    counted += count;
    if (out.empty()) {
      if (all == 1) {
        out = "the one schedulable node (" + index.names[own.first()] + ")";
      } else {
        out = count == all ? "all " + nodes : number(count) + " of " + nodes;
        if (count == 1) out += " (" + index.names[own.first()] + ")";
      }
    } else {
      out += ", " + number(count);
    }
    out += " " + (count == 1 ? mark.one : mark.many);
  }
  if (counted < some) out += ", and " + number(some - counted) + " more are preemptible";
  return out;
}

// Pools without a node, where they make a difference.
std::string pools_text(const NodeSet& fits, const NodeIndex::Impl& index, bool preemptible_wanted) {
  constexpr size_t kMostShown = 2;
  std::string out;
  NodeSet pools = fits & index.pools;
  if (preemptible_wanted) {
    pools &= index.preemptible;
  } else {
    pools -= index.preemptible;
  }
  size_t told = 0;
  for (; !pools.empty() && told < kMostShown; ++told) {
    const size_t pool = pools.first();
    pools.remove(pool);
    out += "; pool " + index.names[pool] + ", which has no node at the moment, is " +
           (preemptible_wanted ? "preemptible" : "not preemptible");
  }
  if (!pools.empty()) out += "; so are " + number(pools.count()) + " more pools";
  return out;
}

std::string unwell_text(const NodeSet& fits, const NodeIndex::Impl& index, bool mixed) {
  const NodeSet preemptible = fits & index.preemptible, stable = fits - index.preemptible;
  const auto all_unwell = [&](const NodeSet& set) { return !set.empty() && (set - index.unwell).empty(); };
  constexpr const char* kState = " cordoned or not ready at the moment, which is temporary, so ";
  if (all_unwell(preemptible)) {
    return preemptible.count() == 1 ? cat("; it is", kState, "it counts") : cat("; these are", kState, "they count");
  }
  if (mixed && all_unwell(stable)) return cat("; the others are", kState, "they count");
  return {};
}

}  // namespace

Placement placement_among(const NodeSet& fits, Value pod_spec, const NodeIndex::Impl& index) {
  Placement out;
  out.known = true;
  const bool some = !(fits & index.preemptible).empty(), others = !(fits - index.preemptible).empty();
  if (some) {
    out.kind = others ? Lands::kUndecided : Lands::kPreemptible;
  } else {
    out.kind = Lands::kStable;
  }
  const std::string wish = asked(pod_spec);
  out.reason = (wish.empty() ? "no nodeSelector" : wish) + "; " + nodes_text(fits, index);
  if (some) out.reason += pools_text(fits, index, true);
  // Stable ones are worth telling where no node stands for them.
  if ((fits - index.preemptible - index.pools).empty()) out.reason += pools_text(fits, index, false);
  out.reason += unwell_text(fits, index, some && others);
  if (!some) return out;
  const NodeSet staying = (others ? fits : index.all) - index.preemptible;
  KeepOff way = keep_off(fits & index.preemptible, staying, index);
  // Where none of the nodes stays, what the pods ask for leads to no other.
  if (!others) way.instead = wish;
  out.keep_off = told(way, required_terms(pod_spec).size() > 1);
  return out;
}

Placement placement_of(Value pod_spec, const Policy& policy, const NodeIndex* nodes) {
  if (!nodes || nodes->impl().total == 0) return placement_by_manifest(pod_spec, policy);
  const NodeIndex::Impl& index = nodes->impl();
  const NodeSet fits = nodes_for(pod_spec, index);
  if (fits.empty()) {
    Placement out = placement_by_manifest(pod_spec, policy);
    out.reason += "; of " + number(index.real) + (index.real == 1 ? " node" : " nodes") + " that are known none fits";
    return out;
  }
  Placement out = placement_among(fits, pod_spec, index);
  // What the manifest says about it is the place to look at, where it says something.
  out.at = out.kind == Lands::kStable ? pod_spec : placement_by_manifest(pod_spec, policy).at;
  return out;
}

}  // namespace brokergate
