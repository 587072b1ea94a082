#include "webhook/doctor/gather.h"

#include <algorithm>
#include <set>
#include <utility>

#include "certs/access.h"
#include "certs/base64.h"
#include "webhook/doctor/place.h"
#include "webhook/doctor/probe.h"
#include "webhook/review_codec.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;
using State = Thing::State;

constexpr size_t kMostServices = 4, kMostDialled = 4;  // installations have one, or one for each configuration
constexpr size_t kLongestName = 253;

const std::string kConfigurations = "/apis/admissionregistration.k8s.io/v1/";
const std::string kMutating = kConfigurations + "mutatingwebhookconfigurations";
const std::string kValidating = kConfigurations + "validatingwebhookconfigurations";

// Names come from objects that people write: what is no name is not sent.
bool is_path(const std::string& path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/-.%?=_").find(c) != std::string_view::npos;
  });
}

Thing read(certs::Cluster& cluster, const std::string& path) {
  if (!is_path(path)) return {State::kUnread, {}, "could not be read: its name is none that there can be"};
  auto answer = cluster.get(path);
  if (answer) return {State::kThere, std::move(*answer), ""};
  if (answer.error().absent()) return {State::kAbsent, {}, answer.error().message};
  return {State::kUnread, {}, "could not be read: " + answer.error().message};
}

Thing read_named(certs::Cluster& cluster, const std::string& folder, const std::string& name) {
  return name.empty() ? Thing() : read(cluster, folder + "/" + name);
}

// By the chart's label, or by the names that its webhooks have: labels get lost when people copy.
bool is_ours(const Json& configuration) {
  const Json& labels = member(member(configuration, "metadata"), "labels");
  if (text_member(labels, "app.kubernetes.io/name") == "brokergate") return true;
  const Json& entries = member(configuration, "webhooks");
  return entries.is_array() && std::any_of(entries.begin(), entries.end(), [](const Json& entry) {
           return text_member(entry, "name").ends_with(".brokergate.io");
         });
}

bool is_of(const Json& configuration, const std::string& release) {
  const Json& meta = member(configuration, "metadata");
  const std::string name = text_member(meta, "name");
  return release.empty() || name == release || name == release + "-brokergate" ||
         text_member(member(meta, "labels"), "app.kubernetes.io/instance") == release;
}

std::string chart_name(const std::string& release) {
  if (release.empty()) return "brokergate";
  return release.find("brokergate") != std::string::npos ? release : release + "-brokergate";
}

std::vector<std::string> names_in(const Json& list, const std::string& release) {
  std::vector<std::string> out;
  const Json& items = member(list, "items");
  if (!items.is_array()) return out;
  for (const Json& next : items) {
    if (is_ours(next) && is_of(next, release)) out.push_back(text_member(member(next, "metadata"), "name"));
  }
  return out;
}

Thing named(const Json& list, const std::string& name) {
  const Json& items = member(list, "items");
  if (items.is_array()) {
    for (const Json& next : items) {
      if (text_member(member(next, "metadata"), "name") == name) return {State::kThere, next, ""};
    }
  }
  return {State::kAbsent, {}, ""};
}

// What keeps it from looking at all, and what to do.
tl::unexpected<std::string> cannot_look(const certs::ApiError& error) {
  const char* const remedy =
      error.status == 401   ? "; the API server knows nobody by this token or certificate: see the context's user, or "
                              "give --token-file"
      : error.status == 403 ? "; call doctor as somebody who may get and list webhook configurations"
      : error.status == 429 ? "; the API server has too much to do: try again later"
      : error.status >= 500 ? "; the API server itself fails: kubectl get --raw /readyz?verbose tells of what"
                            : "";
  return tl::unexpected(one_line(error.message, kLongestName * 4) + remedy);
}

// The same webhook under two names: what the chart never does, and people do.
bool are_one(const Json& mutating, const Json& validating) {
  const auto release = [](const Json& one) {
    return text_member(member(member(one, "metadata"), "labels"), "app.kubernetes.io/instance");
  };
  if (!release(mutating).empty() && release(mutating) == release(validating)) return true;
  const auto place = [](const Json& one) {
    const auto entries = entries_of({State::kThere, one, ""});
    return entries.empty() ? Place() : place_of(*entries.front());
  };
  const Place one = place(mutating), other = place(validating);
  return !one.service.empty() && one.service == other.service && one.ns == other.ns;
}

std::string choose(const std::set<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + one_line(name, kLongestName);
  return "there are several installations: " + all + "; choose one with --release";
}

tl::expected<void, std::string> find_configurations(certs::Cluster& cluster, const Wishes& wishes, Facts& facts) {
  const auto mutating = cluster.get(kMutating);
  const auto validating = mutating ? cluster.get(kValidating) : mutating;
  const auto& refused = mutating ? validating : mutating;
  if (!refused && refused.error().status == 403) {
    // Who may not see all of them may still see the chart's own.
    facts.name = chart_name(wishes.release);
    facts.mutating = read(cluster, kMutating + "/" + facts.name);
    facts.validating = read(cluster, kValidating + "/" + facts.name);
    if (facts.mutating.unread() && facts.validating.unread()) return cannot_look(refused.error());
    return {};
  }
  if (!refused) return cannot_look(refused.error());
  const auto to_mutate = names_in(*mutating, wishes.release), to_validate = names_in(*validating, wishes.release);
  std::set<std::string> names(to_mutate.begin(), to_mutate.end());
  names.insert(to_validate.begin(), to_validate.end());
  facts.name = names.empty() ? chart_name(wishes.release) : *names.begin();
  facts.mutating = named(*mutating, facts.name);
  facts.validating = named(*validating, facts.name);
  if (names.size() < 2) return {};
  if (to_mutate.size() != 1 || to_validate.size() != 1) return tl::unexpected(choose(names));
  facts.name = to_validate.front();
  facts.mutating = named(*mutating, to_mutate.front());
  facts.validating = named(*validating, facts.name);
  if (!are_one(facts.mutating.object, facts.validating.object)) return tl::unexpected(choose(names));
  return {};
}

std::string home_of(const Facts& facts, const Wishes& wishes) {
  if (!wishes.ns.empty()) return wishes.ns;
  if (const auto place = service_of(facts)) return place->ns;
  for (const Thing* configuration : {&facts.validating, &facts.mutating}) {
    const Json& annotations = member(member(configuration->object, "metadata"), "annotations");
    std::string ns = text_member(annotations, "meta.helm.sh/release-namespace");
    if (!ns.empty()) return ns;
  }
  return {};
}

void read_installation(certs::Cluster& cluster, Facts& facts) {
  facts.kube_system = read(cluster, "/api/v1/namespaces/kube-system");
  if (facts.ns.empty()) return;
  facts.own_namespace = read(cluster, "/api/v1/namespaces/" + facts.ns);
  const std::string core = "/api/v1/namespaces/" + facts.ns, apps = "/apis/apps/v1/namespaces/" + facts.ns;
  std::string name = facts.name;
  for (const Place& place : services_of(facts)) {
    const auto same = [&](const Asked& one) { return one.ns == place.ns && one.name == place.service; };
    if (std::any_of(facts.services.begin(), facts.services.end(), same)) continue;
    if (facts.services.size() == kMostServices) break;
    const std::string folder = "/namespaces/" + place.ns;
    facts.services.push_back(
        {place.ns, place.service, read_named(cluster, "/api/v1" + folder + "/services", place.service),
         read(cluster, "/apis/discovery.k8s.io/v1" + folder +
                           "/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D" + place.service)});
  }
  if (const auto place = service_of(facts)) name = place->service;
  facts.deployment = read_named(cluster, apps + "/deployments", name);
  facts.renewal = read(cluster, "/apis/batch/v1/namespaces/" + facts.ns + "/cronjobs/" + name + "-certs");
  const Mounts mounts = mounts_of(facts.deployment);
  facts.policy = read_named(cluster, core + "/configmaps", mounts.policy);
  // Where the webhooks point elsewhere, what is served there is in no Secret of this installation.
  if (service_of(facts)) facts.secret = read_named(cluster, core + "/secrets", mounts.secret);
}

Sent sent_to(certs::Cluster& cluster, const std::string& path, const Json& body) {
  Sent out;
  out.sent = true;
  auto answer = cluster.post(path, body, &out.warnings);
  out.taken = answer.has_value();
  if (answer) {
    out.answer = std::move(*answer);
  } else {
    out.error = answer.error();
  }
  return out;
}

// As the API server chooses it.
std::string version_of(const Json& entry) {
  const Json& all = member(entry, "admissionReviewVersions");
  if (!all.is_array()) return "v1";
  for (const Json& next : all) {
    if (next == "v1" || next == "v1beta1") return next.get<std::string>();
  }
  return "v1";
}

// Empty, or why it cannot be dialled.
std::string access_by(const Json& entry, const std::string& url, certs::Access& access) {
  if (!certs::set_server(access, url) || !is_path(access.prefix)) return "its address is none that can be dialled here";
  const std::string bundle = text_member(member(entry, "clientConfig"), "caBundle");
  if (bundle.empty()) return "its caBundle is empty, and the API server's own roots are not known here";
  const auto pem = certs::from_base64(bundle);
  auto authorities = certs::certificates_in(pem.value_or(""), "caBundle");
  if (!authorities) return "its caBundle cannot be read";
  access.authorities = std::move(*authorities);
  return {};
}

void dial(const Json& entry, bool mutating, const certs::Cluster& cluster, const Wishes& wishes, Facts& facts) {
  const Place place = place_of(entry);
  if (place.url.empty() && !(wishes.dial_service && !place.service.empty())) return;
  if (!place.wrong_url().empty()) return;
  Dialled next{place.address(), {}, mutating, version_of(entry), {}};
  if (facts.dialled.size() == kMostDialled) {
    next.untried = "one of many: no more than " + std::to_string(kMostDialled) + " are dialled";
    if (facts.dialled.back().untried != next.untried) facts.dialled.push_back(std::move(next));
    return;
  }
  certs::Access access;
  next.untried = access_by(entry, next.url, access);
  if (next.untried.empty()) {
    certs::Cluster webhook(std::move(access));
    webhook.end_at(cluster.end());
    next.sent = sent_to(webhook, "?timeout=3s", review_of(service_probe(facts.probe_namespace), next.version));
  }
  facts.dialled.push_back(std::move(next));
}

// Entries that ask the same in the same way are one.
void dial_all(const certs::Cluster& cluster, const Wishes& wishes, Facts& facts) {
  std::set<std::string> seen;
  for (const bool mutating : {true, false}) {
    for (const Json* entry : entries_of(mutating ? facts.mutating : facts.validating)) {
      const std::string how = place_of(*entry).address() + "\n" + version_of(*entry) + "\n" +
                              text_member(member(*entry, "clientConfig"), "caBundle");
      if (seen.size() <= kMostDialled && seen.insert(how).second) dial(*entry, mutating, cluster, wishes, facts);
    }
  }
}

void probe(certs::Cluster& cluster, Facts& facts) {
  const std::string& ns = facts.probe_namespace;
  facts.probed_namespace = read(cluster, "/api/v1/namespaces/" + ns);
  facts.probed_service = sent_to(cluster, "/api/v1/namespaces/" + ns + "/services?dryRun=All", service_probe(ns));
  facts.probed_set = sent_to(cluster, "/apis/apps/v1/namespaces/" + ns + "/statefulsets?dryRun=All", set_probe(ns));
}

}  // namespace

tl::expected<Facts, std::string> gather(certs::Cluster& cluster, const Wishes& wishes) {
  Facts facts;
  facts.now = wishes.now;
  facts.within_days = wishes.within_days;
  facts.probe_namespace = wishes.probe_namespace;
  facts.without_mutating = wishes.without_mutating;
  facts.without_validating = wishes.without_validating;
  if (auto found = find_configurations(cluster, wishes, facts); !found) return tl::unexpected(found.error());
  facts.ns = home_of(facts, wishes);
  read_installation(cluster, facts);
  dial_all(cluster, wishes, facts);
  const bool any = facts.mutating.there() || facts.validating.there();
  if (wishes.probe && any) probe(cluster, facts);
  facts.out_of_time = certs::Cluster::Clock::now() >= cluster.end();
  return facts;
}

}  // namespace brokergate::webhook::doctor
