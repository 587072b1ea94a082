// Where things are, as objects of an installation tell it. Names that the chart
// gives are nowhere assumed where an object says what is used.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/cluster.h"
#include "webhook/doctor/facts.h"

namespace brokergate::webhook::doctor {

// Entries of a configuration; empty when there are none or the thing is not there.
std::vector<const Json*> entries_of(const Thing& configuration);
// admissionregistration.k8s.io/v1, WebhookClientConfig: a URL, or a Service.
struct Place {
  std::string url;          // empty: a Service
  std::string service, ns;  // the Service
  int64_t port = 443;       // of the Service
  std::string path;         // of either
  // What keeps the API server from taking the URL (ValidateWebhookURL); empty: nothing, or a Service is asked.
  std::string wrong_url() const;
  std::string shown() const;    // for people
  std::string address() const;  // the URL, or https://SERVICE.NS.svc:PORT/PATH
};
Place place_of(const Json& entry);
// Every Service that an entry of either configuration asks, each once; the validating ones first.
std::vector<Place> services_of(const Facts& facts);
// The first of them.
std::optional<Place> service_of(const Facts& facts);

// What the pods of a Deployment mount: the Secret with the certificate, the ConfigMap
// with the policy and the key it stands under. Empty: none that can be told.
struct Mounts {
  std::string secret, policy, policy_key;
};
Mounts mounts_of(const Thing& deployment);

// A number of the API; `missing` when it is absent or no integer.
int64_t number_member(const Json& of, const char* key, int64_t missing);
// "MutatingWebhookConfiguration brokergate"
std::string name_of(const Facts& facts, bool mutating);

}  // namespace brokergate::webhook::doctor
