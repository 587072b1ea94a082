// An installation that is well, as the API server would tell of it.
#pragma once

#include "certs/authority.h"
#include "webhook/doctor/facts.h"
#include "webhook/doctor/symptom.h"

namespace brokergate::test {

namespace doc = webhook::doctor;
inline constexpr int64_t kDoctorNow = 1'800'000'000;

struct Installation {
  certs::Issued authority, leaf;
  std::string bundle;  // as it stands in a configuration
};
// The certificate is for brokergate.guard.svc and is good for `days` from kDoctorNow.
Installation make_installation(int days = 365);
// One of 365 days, made once: keys take their time.
const Installation& installation();

// As the chart renders it, with a Service in namespace guard.
certs::Json configuration_of(const Installation& installation, bool mutating);
certs::Json deployment();
certs::Json service();
certs::Json slices();  // two pods, both ready
certs::Json secret_of(const Installation& installation);
// The only entry of a webhook configuration.
certs::Json& entry(doc::Thing& configuration);
// The ConfigMap with this spec.
certs::Json policy_map(const std::string& spec);

doc::Thing there(certs::Json object);
doc::Thing unread(const std::string& why);
// Everything is as it should be, the policy's mode is enforce.
doc::Facts well(const Installation& installation);

// "fail rules", of those that are not ok; with `all` also of those that are.
std::vector<std::string> told(const doc::Symptoms& found, bool all = false);
// The only one with this id, which there has to be.
doc::Symptom only(const doc::Symptoms& found, const std::string& id);

}  // namespace brokergate::test
