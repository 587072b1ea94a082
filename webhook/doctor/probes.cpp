#include <algorithm>
#include <array>

#include "certs/base64.h"
#include "webhook/doctor/judges.h"
#include "webhook/doctor/place.h"
#include "webhook/doctor/probe.h"
#include "webhook/doctor/selector.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// What the API server said, without what the client puts before it.
std::string_view said_in(const certs::ApiError& error) {
  std::string_view text = error.message;
  const std::string before = ": " + std::to_string(error.status) + " ";
  if (const size_t at = text.find(before); at != text.npos) text.remove_prefix(at + before.size());
  constexpr std::string_view kInternal = "Internal error occurred: ";
  if (text.starts_with(kInternal)) text.remove_prefix(kInternal.size());
  return text;
}

// `before` and, in quotes, the name of an entry of this configuration: what stands elsewhere may be anybody's words.
bool names_entry(const Thing& configuration, std::string_view said, std::string_view before) {
  if (!said.starts_with(before)) return false;
  said.remove_prefix(before.size());
  const auto all = entries_of(configuration);
  return std::any_of(all.begin(), all.end(), [&](const Json* entry) {
    const std::string name = text_member(*entry, "name");
    return !name.empty() && said.starts_with("\"" + name + "\"");
  });
}

bool denied_by(const Thing& configuration, const certs::ApiError& error) {
  const std::string_view said = said_in(error);
  if (error.status != 403 || !names_entry(configuration, said, "admission webhook ")) return false;
  const size_t name_end = said.find('"', said.find('"') + 1);
  return said.substr(name_end + 1).starts_with(" denied the request");
}

bool call_failed(const Facts& facts, const certs::ApiError& error) {
  const std::string_view said = said_in(error);
  for (const char* before : {"failed calling webhook ", "failed to call webhook "}) {
    if (names_entry(facts.mutating, said, before) || names_entry(facts.validating, said, before)) return true;
  }
  return false;
}

std::string rule_mark(const char* rule) { return "[" + std::string(rule) + "]"; }

bool warned_of(const Sent& sent, const char* rule) {
  return std::any_of(sent.warnings.begin(), sent.warnings.end(),
                     [&](const std::string& text) { return has(text, "\"" + rule_mark(rule)); });
}

bool annotated(const Sent& sent, const Provider& provider) {
  const Json& annotations = member(member(sent.answer, "metadata"), "annotations");
  return std::any_of(provider.write.begin(), provider.write.end(),
                     [&](const std::string& key) { return !text_member(annotations, key.c_str()).empty(); });
}

class Probes {
 public:
  Probes(const Facts& facts, const Known& known, Symptoms& out)
      : facts_(facts), known_(known), policy_(known.policy ? *known.policy : Policy::defaults()), out_(out) {}

  void service() {
    const Sent& sent = facts_.probed_service;
    if (!sent.sent || facts_.without_mutating) return;
    const std::string where = "a load balancer for a broker, sent to " + facts_.probe_namespace + " (dry run)";
    if (!sent.taken) return refused("mutates", where, sent, kServiceRule);
    if (is_internal(sent.answer, policy_, facts_.probe_namespace)) {
      return out_.ok("mutates", where, "came back with the annotation that keeps it internal");
    }
    if (annotated(sent, *policy_.provider) && !known_.is(Mode::kObserve) &&
        expected_of_service(policy_, facts_.probe_namespace) != Expected::kNothing) {
      return not_asked("mutates", where, "came back with an annotation that does not keep it internal", true);
    }
    if (silent(where, "mutates", expected_of_service(policy_, facts_.probe_namespace))) return;
    not_asked("mutates", where, "came back as it was sent: /mutate was not asked, or did not answer", true);
  }

  void set() {
    const Sent& sent = facts_.probed_set;
    if (!sent.sent || facts_.without_validating) return;
    const std::string where = "brokers of one id, sent to " + facts_.probe_namespace + " (dry run)";
    if (!sent.taken) return refused("validates", where, sent, kSetRule);
    if (warned_of(sent, kSetRule)) {
      if (!known_.is(Mode::kEnforce)) return out_.ok("validates", where, "were let in with brokergate's warning");
      return out_.warn("validates", where, "were let in with a warning, although the policy says enforce",
                       "wait a minute: running pods take up a changed policy by then");
    }
    if (silent(where, "validates", expected_of_set(policy_, facts_.probe_namespace))) return;
    not_asked("validates", where, "were let in: /validate was not asked, or did not answer", false);
  }

 private:
  // True when nothing can be seen from outside, whether brokergate is asked or not.
  bool silent(const std::string& where, const char* id, Expected expected) {
    if (known_.is(Mode::kObserve)) {
      out_.unknown(id, where,
                   "mode observe: nothing is changed and nothing is said, so that nothing can be seen from here",
                   "brokergate_requests_total of its metrics counts what it is asked");
      return true;
    }
    if (expected != Expected::kNothing) return false;
    out_.unknown(id, where, "the policy has nothing to say about it, so that nothing can be seen from here",
                 "give --probe-namespace, one that spec.match takes");
    return true;
  }

  void not_asked(const char* id, const std::string& where, const std::string& what, bool mutating) {
    const Thing& configuration = mutating ? facts_.mutating : facts_.validating;
    const Json& labels = member(member(facts_.probed_namespace.object, "metadata"), "labels");
    const bool all = facts_.probed_namespace.there() && labels.is_object();
    const Json by_name{{"kubernetes.io/metadata.name", facts_.probe_namespace}};
    for (const Json* entry : entries_of(configuration)) {
      const Selected found = selects(member(*entry, "namespaceSelector"), all ? labels : by_name, all);
      if (found == Selected::kYes) continue;
      return out_.unknown(id, where, "the webhook's namespaceSelector leaves that namespace out",
                          "give --probe-namespace, one that it takes");
    }
    if (!known_.policy) {
      return out_.unknown(id, where, what + "; or its policy, which is not known here, has nothing to say about it");
    }
    out_.fail(id, where, what,
              mutating ? "what is wrong above explains it; else brokergate's log and the API server's tell of the call"
                       : "what is wrong above explains it; else see whether brokergate's log has a decision on it");
  }

  void refused(const char* id, const std::string& where, const Sent& sent, const char* rule) {
    const std::string& message = sent.error.message;
    if (has(message, "failed calling webhook") || has(message, "failed to call webhook")) {
      if (call_failed(facts_, sent.error)) return out_.fail(id, where, message, remedy_for_call(message));
      return out_.unknown(id, where, "another webhook keeps it from being seen: " + message);
    }
    const bool ours = denied_by(facts_.validating, sent.error);
    if (ours && has(message, rule_mark(rule))) return denied(id, where, message, rule);
    if (ours || denied_by(facts_.mutating, sent.error)) {
      return out_.unknown(id, where, "was refused, and not for what it is sent for: " + message,
                          "brokergate's log tells what it denied");
    }
    if (sent.error.status == 403 && has(message, "cannot create resource")) {
      return out_.unknown(id, where, "may not be tried: " + message,
                          "call doctor as somebody who may create Services and StatefulSets there");
    }
    if (sent.error.status == 404) {
      return out_.unknown(id, where, message, "give --probe-namespace, a namespace that is there");
    }
    out_.unknown(id, where, "something else refuses it: " + message, "give --probe-namespace, another namespace");
  }

  void denied(const char* id, const std::string& where, const std::string& message, const char* rule) {
    if (std::string_view(rule) == kSetRule)
      return out_.ok("validates", where, "were denied by brokergate, as they have to be");
    // What /mutate should have mended has come to /validate as it was.
    out_.fail(id, where, "was denied instead of mended: /mutate was not asked, or did not answer (" + message + ")",
              "see the MutatingWebhookConfiguration above, and brokergate's log");
  }

  const Facts& facts_;
  const Known& known_;
  const Policy policy_;
  Symptoms& out_;
};

// What the API server would refuse (admission.k8s.io, pkg/admission/plugin/webhook/request), and what brokergate never
// says.
std::string wrong_answer(const Dialled& dialled) {
  const Json& answer = dialled.sent.answer;
  const Json& response = member(answer, "response");
  if (text_member(answer, "kind") != "AdmissionReview" || text_member(response, "uid") != "brokergate-doctor" ||
      !member(response, "allowed").is_boolean()) {
    return "its answer is no AdmissionReview of ours";
  }
  if (const std::string version = text_member(answer, "apiVersion"); version != "admission.k8s.io/" + dialled.version)
    return "its answer is of version \"" + version + "\", asked was admission.k8s.io/" + dialled.version;
  const Json &patch = member(response, "patch"), &type = member(response, "patchType");
  if (!dialled.mutating) return patch.is_null() && type.is_null() ? "" : "/validate answers with a patch";
  if (!member(response, "allowed").get<bool>()) return "/mutate denies";
  if (patch.is_null() && type.is_null()) return {};
  const auto text = patch.is_string() ? certs::from_base64(patch.get_ref<const std::string&>()) : std::nullopt;
  const bool list = text && Json::parse(*text, nullptr, false).is_array();
  return list && type == "JSONPatch" ? "" : "its patch is no JSON patch";
}

void judge_answer(const Dialled& dialled, const std::string& where, Symptoms& out) {
  if (const std::string wrong = wrong_answer(dialled); !wrong.empty()) {
    return out.fail("dial", where, "what answers there is no brokergate: " + wrong, "see what listens there");
  }
  out.ok("dial", where, "answers, with a certificate that the caBundle verifies");
}

}  // namespace

std::string remedy_for_call(const std::string& message) {
  struct Row {
    std::array<std::string_view, 3> any_of;
    const char* remedy;
  };
  // Texts of Go's net, crypto/x509 and the API server's own resolver.
  static constexpr std::array<Row, 7> kRows{{
      {{"certificate signed by unknown authority", "x509: invalid signature", "x509: parent certificate"},
       "the caBundle does not hold the authority that signed what is served: run the Job that renews, or brokergate "
       "certs bundle --apply"},
      {{"certificate is valid for", "doesn't contain any IP SANs", "not valid for any names"},
       "issue the certificate for the name that the webhook is asked by (brokergate certs issue --service "
       "--namespace)"},
      {{"certificate has expired", "not yet valid", ""},
       "renew the certificate (brokergate certs renew), and see why nobody did"},
      {{"no endpoints available", "connection refused", "connect: no route to host"},
       "brokergate does not run there: see its pods and their log"},
      {{"deadline exceeded", "i/o timeout", "Client.Timeout"},
       "the API server gets no connection in time: let the control plane reach port 8443 of the nodes and pods (on "
       "private GKE and EKS clusters a firewall rule of yours), and see the NetworkPolicy"},
      {{"no such host", "not found", ""},
       "the Service that the webhook is asked by is not there: install the chart again"},
      {{"tls: ", "remote error", ""},
       "the TLS handshake fails: where clientCA is set, the API server has to show a certificate of those authorities"},
  }};
  for (const Row& row : kRows) {
    for (const std::string_view part : row.any_of) {
      if (!part.empty() && has(message, part)) return row.remedy;
    }
  }
  return "brokergate's log tells what it answered";
}

void judge_dialled(const Facts& facts, Symptoms& out) {
  for (const Dialled& next : facts.dialled) {
    const std::string where = next.url + ", dialled from here";
    if (!next.untried.empty()) {
      out.unknown("dial", where, "was not tried: " + next.untried);
      continue;
    }
    if (!next.sent.sent) continue;
    if (next.sent.taken) {
      judge_answer(next, where, out);
    } else if (next.sent.error.untrusted) {
      out.fail("dial", where, next.sent.error.message, "the API server will not take it either: " + renewing(facts));
    } else if (next.sent.error.status != 0) {
      out.fail("dial", where, "answers a review with " + next.sent.error.message, "brokergate's log tells why");
    } else {
      out.unknown("dial", where, "cannot be reached: " + next.sent.error.message,
                  "only the API server has to reach it; what it says of that comes next");
    }
  }
}

void judge_probes(const Facts& facts, const Known& known, Symptoms& out) {
  Probes probes(facts, known, out);
  probes.service();
  probes.set();
}

}  // namespace brokergate::webhook::doctor
