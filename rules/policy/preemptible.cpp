#include "rules/policy/preemptible.h"

#include <array>

namespace brokergate {
namespace {

constexpr std::string_view kGkeSpot = "https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms";
constexpr std::string_view kGkePreemptible = "https://cloud.google.com/kubernetes-engine/docs/how-to/preemptible-vms";
constexpr std::string_view kEks = "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html";
constexpr std::string_view kKarpenter = "https://karpenter.sh/docs/concepts/scheduling/";
constexpr std::string_view kEc2Legacy = "convention of kops and self-managed EC2 groups, no provider document";
constexpr std::string_view kSpotinst = "https://docs.spot.io/ocean/features/labels-and-taints";
constexpr std::string_view kAks = "https://learn.microsoft.com/azure/aks/spot-node-pool";
constexpr std::string_view kOke =
    "https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm";

constexpr std::array kLabels = {
    PreemptibleLabel{"cloud.google.com/gke-spot", "true", true, kGkeSpot},
    PreemptibleLabel{"cloud.google.com/gke-preemptible", "true", true, kGkePreemptible},
    PreemptibleLabel{"cloud.google.com/gke-provisioning", "spot", false, kGkeSpot},
    PreemptibleLabel{"cloud.google.com/gke-provisioning", "preemptible", false, kGkePreemptible},
    PreemptibleLabel{"eks.amazonaws.com/capacityType", "SPOT", false, kEks},
    PreemptibleLabel{"karpenter.sh/capacity-type", "spot", false, kKarpenter},
    PreemptibleLabel{"lifecycle", "Ec2Spot", false, kEc2Legacy},
    PreemptibleLabel{"node.kubernetes.io/lifecycle", "spot", false, kEc2Legacy},
    PreemptibleLabel{"spotinst.io/node-lifecycle", "spot", false, kSpotinst},
    PreemptibleLabel{"kubernetes.azure.com/scalesetpriority", "spot", true, kAks},
    PreemptibleLabel{"oci.oraclecloud.com/oke-is-preemptible", "true", true, kOke},
};

// GKE Standard adds no taint by itself; users do, with the labels' keys, and Autopilot does.
constexpr std::array kTaints = {
    PreemptibleTaint{"cloud.google.com/gke-spot", "true", "", kGkeSpot},
    PreemptibleTaint{"cloud.google.com/gke-preemptible", "true", "", kGkePreemptible},
    PreemptibleTaint{"cloud.google.com/gke-provisioning", "spot", "", kGkeSpot},
    PreemptibleTaint{"cloud.google.com/gke-provisioning", "preemptible", "", kGkePreemptible},
    PreemptibleTaint{"kubernetes.azure.com/scalesetpriority", "spot", "NoSchedule", kAks},
    PreemptibleTaint{"oci.oraclecloud.com/oke-is-preemptible", "true", "", kOke},
};

// The last is what Oracle's Terraform module for OKE (terraform-oci-oke) puts on nodes; OKE itself has no label for it.
constexpr std::array<std::string_view, 9> kPools = {
    "cloud.google.com/gke-nodepool",  "eks.amazonaws.com/nodegroup",   "alpha.eksctl.io/nodegroup-name",
    "karpenter.sh/nodepool",          "karpenter.sh/provisioner-name", "agentpool",
    "kubernetes.azure.com/agentpool", "kops.k8s.io/instancegroup",     "oke.oraclecloud.com/pool.name",
};

}  // namespace

std::span<const PreemptibleLabel> builtin_preemptible_labels() { return kLabels; }
std::span<const PreemptibleTaint> builtin_preemptible_taints() { return kTaints; }
std::span<const std::string_view> pool_label_keys() { return kPools; }

}  // namespace brokergate
