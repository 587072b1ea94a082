#include "rules/alpha_table.h"

#include <algorithm>
#include <array>

namespace brokergate {
namespace {

// Sources: kubernetes release notes and the removals named; kops dns-controller
// pkg/watchers for dns.alpha. Keys of external-dns are not here: they are read
// (external-dns-prefix), and neither is alpha.cloud.google.com, which GKE reads.
constexpr std::array kKeys = {
    AlphaKey{"dns.alpha.kubernetes.io/internal", "only the dns-controller of kops reads it",
             "an external-dns hostname annotation", AlphaFix::kDnsName},
    AlphaKey{"dns.alpha.kubernetes.io/external", "only the dns-controller of kops reads it",
             "an external-dns hostname annotation", AlphaFix::kDnsName},
    AlphaKey{"service.alpha.kubernetes.io/tolerate-unready-endpoints", "removed in Kubernetes 1.24 (#108020)",
             "spec.publishNotReadyAddresses: true", AlphaFix::kPublishUnready},
    AlphaKey{"service.alpha.kubernetes.io/external-traffic", "not read since Kubernetes 1.8",
             "spec.externalTrafficPolicy"},
    AlphaKey{"service.beta.kubernetes.io/external-traffic", "not read since Kubernetes 1.8",
             "spec.externalTrafficPolicy"},
    AlphaKey{"service.alpha.kubernetes.io/healthcheck-nodeport", "not read since Kubernetes 1.8",
             "spec.healthCheckNodePort"},
    AlphaKey{"service.beta.kubernetes.io/healthcheck-nodeport", "not read since Kubernetes 1.8",
             "spec.healthCheckNodePort"},
    AlphaKey{"scheduler.alpha.kubernetes.io/affinity", "not read since Kubernetes 1.8", "spec.affinity"},
    AlphaKey{"scheduler.alpha.kubernetes.io/tolerations", "not read since Kubernetes 1.8", "spec.tolerations"},
    AlphaKey{"scheduler.alpha.kubernetes.io/node-selector", "read on Namespaces only", "spec.nodeSelector"},
    AlphaKey{"scheduler.alpha.kubernetes.io/critical-pod", "not read since Kubernetes 1.16", "spec.priorityClassName"},
    AlphaKey{"pod.alpha.kubernetes.io/initialized", "not read since Kubernetes 1.8", "nothing: it has no meaning",
             AlphaFix::kRemove},
    AlphaKey{"pod.alpha.kubernetes.io/init-containers", "not read since Kubernetes 1.8", "spec.initContainers"},
    AlphaKey{"pod.beta.kubernetes.io/init-containers", "not read since Kubernetes 1.8", "spec.initContainers"},
    AlphaKey{"pod.beta.kubernetes.io/hostname", "not read since Kubernetes 1.7", "spec.hostname"},
    AlphaKey{"pod.beta.kubernetes.io/subdomain", "not read since Kubernetes 1.7", "spec.subdomain"},
    AlphaKey{"security.alpha.kubernetes.io/", "not read since Kubernetes 1.11", "spec.securityContext.sysctls"},
    AlphaKey{"seccomp.security.alpha.kubernetes.io/pod", "removed in Kubernetes 1.27",
             "spec.securityContext.seccompProfile"},
    AlphaKey{"container.seccomp.security.alpha.kubernetes.io/", "removed in Kubernetes 1.27",
             "securityContext.seccompProfile of the container"},
    AlphaKey{"volume.alpha.kubernetes.io/storage-class", "not read since Kubernetes 1.6", "spec.storageClassName"},
};

}  // namespace

std::span<const AlphaKey> alpha_keys() { return kKeys; }

const AlphaKey* find_alpha_key(std::string_view key) {
  const auto found = std::find_if(kKeys.begin(), kKeys.end(), [&](const AlphaKey& known) {
    return known.key.back() == '/' ? key.starts_with(known.key) : key == known.key;
  });
  return found == kKeys.end() ? nullptr : &*found;
}

}  // namespace brokergate
