// What was found out about an installation, as the API server and the webhook
// itself told it. Nothing here is judged yet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/cluster.h"

namespace brokergate::webhook::doctor {

using certs::Json;

// An object, or a list of them, that was asked for.
struct Thing {
  enum class State : uint8_t {
    kNotAsked,  // there was no reason to
    kThere,
    kAbsent,
    kUnread,  // `why` tells: mostly rights that are missing
  };
  State state = State::kNotAsked;
  Json object;
  std::string why;

  bool there() const { return state == State::kThere; }
  bool absent() const { return state == State::kAbsent; }
  bool unread() const { return state == State::kUnread; }
};

// Something that was sent: an object to the API server, with dryRun=All, or a
// review to the webhook.
struct Sent {
  bool sent = false;
  bool taken = false;  // `answer` is what came back
  Json answer;
  std::vector<std::string> warnings;  // the API server's Warning headers
  certs::ApiError error;              // when it was not taken
};

// An endpoint that was dialled from where this runs: one for each URL and caBundle that entries ask by.
struct Dialled {
  std::string url;
  Sent sent;
  bool mutating = true;
  std::string version = "v1";  // of the review: the first that the entry names and that there is
  std::string untried;         // why nothing was sent
};

// A Service that webhooks ask.
struct Asked {
  std::string ns, name;
  Thing object, slices;
};

struct Facts {
  int64_t now = 0;       // seconds since 1970
  int within_days = 30;  // what ends before that is a warning
  std::string name;      // of both configurations, or of the validating one
  std::string ns;        // where the installation lives; empty: unknown
  Thing mutating, validating;
  bool without_mutating = false, without_validating = false;  // on purpose
  Thing kube_system, own_namespace;
  std::vector<Asked> services;  // as services_of() has them, but not all where they are many
  Thing deployment, renewal, secret, policy;
  std::vector<Dialled> dialled;
  std::string probe_namespace;
  Thing probed_namespace;
  Sent probed_service, probed_set;
  bool out_of_time = false;  // not all could be asked
};

}  // namespace brokergate::webhook::doctor
