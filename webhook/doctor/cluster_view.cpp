#include <algorithm>

#include "webhook/doctor/coverage.h"
#include "webhook/doctor/judges.h"
#include "webhook/doctor/place.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;

bool has_view_option(const Json& words) {
  return words.is_array() && std::any_of(words.begin(), words.end(), [](const Json& word) {
           return word.is_string() && word.get_ref<const std::string&>().starts_with("--cluster-view");
         });
}

bool looks_at_cluster(const Thing& deployment) {
  const Json& pod = member(member(member(deployment.object, "spec"), "template"), "spec");
  const Json& containers = member(pod, "containers");
  return containers.is_array() && std::any_of(containers.begin(), containers.end(), [](const Json& container) {
           return has_view_option(member(container, "args")) || has_view_option(member(container, "command"));
         });
}

}  // namespace

void judge_view(const Facts& facts, Symptoms& out) {
  // Of a webhook that runs elsewhere nobody sees the options.
  if (!facts.deployment.there() || !service_of(facts) || entries_of(facts.validating).empty()) return;
  const ViewCoverage asked = view_coverage_of(entries_of(facts.validating));
  const std::string where =
      "Deployment " + facts.ns + "/" + text_member(member(facts.deployment.object, "metadata"), "name");
  const std::string own = name_of(facts, false);
  const bool looks = looks_at_cluster(facts.deployment);
  if (looks && !asked.missing.empty()) {
    out.warn("cluster-view", where,
             "looks at the cluster (--cluster-view), and " + own + " does not ask about " + asked.missing +
                 ": what comes of these nobody is told",
             "install the chart again (helm upgrade) with clusterView.enabled=true");
  } else if (!looks && !asked.named.empty()) {
    out.warn("cluster-view", where,
             "runs without --cluster-view, and " + own + " asks about " + asked.named +
                 ": all of it waits for an answer that is always yes",
             "install the chart again (helm upgrade), with or without clusterView.enabled");
  } else if (looks) {
    out.ok("cluster-view", where, "looks at the cluster, and is asked about " + asked.named);
  }
}

}  // namespace brokergate::webhook::doctor
