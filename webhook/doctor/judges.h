// One function per thing that is looked at. All are pure.
#pragma once

#include <optional>
#include <string>

#include "brokergate/policy.h"
#include "webhook/doctor/facts.h"
#include "webhook/doctor/symptom.h"

namespace brokergate::webhook::doctor {

// The policy that the ConfigMap holds; none when it could not be read.
struct Known {
  std::optional<Policy> policy;
  // Nobody knows without the policy.
  bool is(Mode mode) const { return policy && policy->mode == mode; }
};
Known judge_policy(const Facts& facts, Symptoms& out);

// Present, and as the chart has it where that matters: what it asks about, of whom, what happens without an answer.
void judge_configurations(const Facts& facts, const Known& known, Symptoms& out);
// The caBundle of each, and the Secret's certificate against it.
void judge_trust(const Facts& facts, Symptoms& out);
// Service, its endpoints, the Deployment.
void judge_serving(const Facts& facts, Symptoms& out);
// Whether the validating configuration asks what only a view of the cluster can answer exactly where there is one.
void judge_view(const Facts& facts, Symptoms& out);
// What answered when it was dialled from here.
void judge_dialled(const Facts& facts, Symptoms& out);
// What came of the objects that were sent through the API server: the proof.
void judge_probes(const Facts& facts, const Known& known, Symptoms& out);

// Why the ConfigMap or Secret that holds this is not known.
std::string unnamed_volume(const Facts& facts, const char* holds);
// What to do about an API server's "failed calling webhook …".
std::string remedy_for_call(const std::string& message);
// How this installation's certificate is renewed.
std::string renewing(const Facts& facts);

}  // namespace brokergate::webhook::doctor
