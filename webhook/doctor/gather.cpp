#include "webhook/doctor/gather.h"

#include <algorithm>
#include <set>
#include <utility>

#include "certs/access.h"
#include "certs/base64.h"
#include "webhook/doctor/place.h"
#include "webhook/doctor/probe.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;
using State = Thing::State;

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

tl::expected<void, std::string> find_configurations(certs::Cluster& cluster, const Wishes& wishes, Facts& facts) {
  const auto mutating = cluster.get(kMutating);
  if (!mutating && mutating.error().status == 403) {
    // Who may not see all of them may still see the chart's own.
    facts.name = chart_name(wishes.release);
    facts.mutating = read(cluster, kMutating + "/" + facts.name);
    facts.validating = read(cluster, kValidating + "/" + facts.name);
    if (facts.mutating.unread() && facts.validating.unread()) return tl::unexpected(mutating.error().message);
    return {};
  }
  if (!mutating) return tl::unexpected(mutating.error().message);
  const auto validating = cluster.get(kValidating);
  if (!validating) return tl::unexpected(validating.error().message);
  std::set<std::string> names;
  for (const Json* list : {&*mutating, &*validating}) {
    for (std::string& name : names_in(*list, wishes.release)) names.insert(std::move(name));
  }
  if (names.size() > 1) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return tl::unexpected("there are several installations: " + all + "; choose one with --release");
  }
  facts.name = names.empty() ? chart_name(wishes.release) : *names.begin();
  facts.mutating = named(*mutating, facts.name);
  facts.validating = named(*validating, facts.name);
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
  if (const auto place = service_of(facts)) {
    facts.service = read_named(cluster, "/api/v1/namespaces/" + place->ns + "/services", place->service);
    facts.slices = read(cluster, "/apis/discovery.k8s.io/v1/namespaces/" + place->ns +
                                     "/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D" + place->service);
    name = place->service;
  }
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

void dial(const Json& entry, const Wishes& wishes, Facts& facts) {
  const Place place = place_of(entry);
  if (place.url.empty() && !(wishes.dial_service && !place.service.empty())) return;
  const std::string url = place.address();
  for (const Dialled& there : facts.dialled) {
    if (there.url == url) return;
  }
  certs::Access access;
  if (!certs::set_server(access, url) || !is_path(access.prefix)) return;
  const auto pem = certs::from_base64(text_member(member(entry, "clientConfig"), "caBundle"));
  auto authorities = certs::certificates_in(pem.value_or(""), "caBundle");
  if (!authorities) return;
  access.authorities = std::move(*authorities);
  certs::Cluster webhook(std::move(access));
  facts.dialled.push_back({url, sent_to(webhook, "?timeout=3s", review_of(service_probe(facts.probe_namespace)))});
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
  for (const Thing* configuration : {&facts.mutating, &facts.validating}) {
    const auto entries = entries_of(*configuration);
    if (!entries.empty()) dial(*entries.front(), wishes, facts);
  }
  const bool any = facts.mutating.there() || facts.validating.there();
  if (wishes.probe && any) probe(cluster, facts);
  return facts;
}

}  // namespace brokergate::webhook::doctor
