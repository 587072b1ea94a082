// Which annotation makes a load balancer internal: one row per provider, with
// the place where the provider's controller or its documentation says so.
#include <string_view>
#include <vector>

#include "brokergate/policy.h"

namespace brokergate {
namespace {

const std::vector<Provider>& table() {
  static const std::vector<Provider> kTable = {
      // kubernetes/cloud-provider-gcp, providers/gce/gce_annotations.go, GetLoadBalancerAnnotationType:
      // the networking key first; whichever is present decides; "Internal" and the deprecated
      // "internal" count and everything else is external. spec.loadBalancerClass beats both
      // (gce_loadbalancer.go, hasLoadBalancerClass). Both keys are written: old clusters read only
      // the cloud.google.com one, and with both present no reader is left in doubt.
      {.id = "gke",
       .annotations = {{"networking.gke.io/load-balancer-type", {"Internal", "internal"}},
                       {"cloud.google.com/load-balancer-type", {"Internal", "internal"}}},
       .write = {"cloud.google.com/load-balancer-type", "networking.gke.io/load-balancer-type"},
       .internal_classes = {"networking.gke.io/l4-regional-internal", "networking.gke.io/l4-regional-internal-legacy"},
       .external_classes = {"networking.gke.io/l4-regional-external", "networking.gke.io/l4-regional-external-legacy"},
       .key_prefixes = {"networking.gke.io/", "cloud.google.com/"}},
      // Two controllers. The cloud's own (cloud-provider-aws, aws.go, ServiceAnnotationLoadBalancerInternal)
      // reads aws-load-balancer-internal only, where any value but "" and "false" counts, and makes
      // public ones else. aws-load-balancer-controller (docs/guide/service/annotations.md) reads the
      // scheme first and makes internal ones else; it serves its class and type external and nlb-ip.
      // Both keys are written, so that either understands.
      {.id = "aws",
       .annotations = {{"service.beta.kubernetes.io/aws-load-balancer-scheme", {"internal"}},
                       {"service.beta.kubernetes.io/aws-load-balancer-internal", {"true", "*"}, {"", "false"}}},
       .write = {"service.beta.kubernetes.io/aws-load-balancer-scheme",
                 "service.beta.kubernetes.io/aws-load-balancer-internal"},
       .internal_classes = {},
       .external_classes = {},
       .controller_classes = {"service.k8s.aws/nlb", "eks.amazonaws.com/nlb"},
       .controller_type = {"service.beta.kubernetes.io/aws-load-balancer-type", {"external", "nlb-ip"}},
       .controller_only = "service.beta.kubernetes.io/aws-load-balancer-scheme",
       .key_prefixes = {"service.beta.kubernetes.io/aws-load-balancer-"}},
      // cloud-provider-azure, pkg/consts, ServiceAnnotationLoadBalancerInternal: only "true".
      {.id = "azure",
       .annotations = {{"service.beta.kubernetes.io/azure-load-balancer-internal", {"true"}}},
       .write = {"service.beta.kubernetes.io/azure-load-balancer-internal"},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"service.beta.kubernetes.io/azure-"}},
      // oci-cloud-controller-manager, docs/load-balancer-annotations.md; immutable after creation.
      {.id = "oci",
       .annotations = {{"service.beta.kubernetes.io/oci-load-balancer-internal", {"true"}}},
       .write = {"service.beta.kubernetes.io/oci-load-balancer-internal"},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"service.beta.kubernetes.io/oci-", "oci.oraclecloud.com/"}},
      // Kubernetes documentation, Services, "Internal load balancer": the rows below.
      {.id = "ibm",
       .annotations = {{"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", {"private"}}},
       .write = {"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type"},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"service.kubernetes.io/ibm-load-balancer-"}},
      {.id = "openstack",
       .annotations = {{"service.beta.kubernetes.io/openstack-internal-load-balancer", {"true"}}},
       .write = {"service.beta.kubernetes.io/openstack-internal-load-balancer"},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"service.beta.kubernetes.io/openstack-", "loadbalancer.openstack.org/"}},
      {.id = "alibaba",
       .annotations = {{"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", {"intranet"}}},
       .write = {"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type"},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"service.beta.kubernetes.io/alibaba-cloud-"}},
      {.id = "baidu",
       .annotations = {{"service.beta.kubernetes.io/cce-load-balancer-internal-vpc", {"true"}}},
       .write = {"service.beta.kubernetes.io/cce-load-balancer-internal-vpc"},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"service.beta.kubernetes.io/cce-load-balancer-"}},
      // Tencent takes the id of a subnet and Huawei a JSON text with "type":"inner": any value may be
      // right and none can be made up, so nothing is written for them.
      {.id = "tencent",
       .annotations = {{"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", {"*"}}},
       .write = {},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"service.kubernetes.io/qcloud-"}},
      {.id = "huawei",
       .annotations = {{"kubernetes.io/elb.autocreate", {"*\"type\":\"inner\"*", "*\"type\": \"inner\"*"}}},
       .write = {},
       .internal_classes = {},
       .external_classes = {},
       .key_prefixes = {"kubernetes.io/elb."}},
  };
  return kTable;
}

}  // namespace

const Provider* find_provider(std::string_view id) {
  for (const Provider& provider : table()) {
    if (provider.id == id) return &provider;
  }
  return nullptr;
}

std::vector<std::string_view> provider_ids() {
  std::vector<std::string_view> ids;
  for (const Provider& provider : table()) ids.push_back(provider.id);
  return ids;
}

}  // namespace brokergate
