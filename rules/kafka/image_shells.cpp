// What /bin/sh is in images. Sources: the FROM lines of the images' Dockerfiles;
// Debian and Ubuntu have dash, Alpine has busybox, Red Hat's family has bash.
#include <array>

#include "rules/kafka/images.h"

namespace brokergate {
namespace {

using From = shell::Borrowed::From;

constexpr PosixShell kBash{"bash", From::kBash};
constexpr PosixShell kBusybox{"busybox", From::kBusybox};
constexpr PosixShell kDash{"dash", From::kNobody};

struct Row {
  std::string_view text;
  PosixShell sh;
};

// Parts of a tag that name the distribution, before anything else is asked.
constexpr std::array kTags = {Row{"alpine", kBusybox}, Row{"bookworm", kDash},   Row{"bullseye", kDash},
                              Row{"buster", kDash},    Row{"busybox", kBusybox}, Row{"debian", kDash},
                              Row{"photon", kBash},    Row{"slim", kDash},       Row{"ubi7", kBash},
                              Row{"ubi8", kBash},      Row{"ubi9", kBash}};

// The end of the image's path, whole components.
constexpr std::array kPaths = {Row{"almalinux", kBash},
                               Row{"alpine", kBusybox},
                               Row{"amazonlinux", kBash},
                               Row{"apache/kafka", kBusybox},         // eclipse-temurin:21-jre-alpine
                               Row{"apache/kafka-native", kBusybox},  // alpine
                               Row{"bitnami/bitnami-shell", kDash},   // minideb
                               Row{"bitnami/kafka", kDash},
                               Row{"bitnami/kubectl", kDash},
                               Row{"bitnami/minideb", kDash},
                               Row{"bitnami/os-shell", kDash},
                               Row{"bitnamilegacy/kafka", kDash},
                               Row{"bitnamilegacy/kubectl", kDash},
                               Row{"bitnamilegacy/os-shell", kDash},
                               Row{"busybox", kBusybox},
                               Row{"centos", kBash},
                               Row{"debian", kDash},
                               Row{"fedora", kBash},
                               Row{"lachlanevenson/k8s-kubectl", kBusybox},
                               Row{"oraclelinux", kBash},
                               Row{"rockylinux", kBash},
                               Row{"solsson/kafka", kDash},
                               Row{"solsson/kafka-initutils", kDash},
                               Row{"strimzi/kafka", kBash},
                               Row{"ubi8/ubi", kBash},
                               Row{"ubi8/ubi-minimal", kBash},
                               Row{"ubi9/ubi", kBash},
                               Row{"ubi9/ubi-minimal", kBash},
                               Row{"ubuntu", kDash}};

bool ends_with_components(std::string_view path, std::string_view suffix) {
  if (!path.ends_with(suffix)) return false;
  return path.size() == suffix.size() || path[path.size() - suffix.size() - 1] == '/';
}

}  // namespace

PosixShell sh_of(const Image& image) {
  for (const Row& row : kTags)
    if (image.tag.find(row.text) != image.tag.npos) return row.sh;
  // Confluent Platform 6.0 and later are built on UBI, earlier ones on Debian 8 and 9
  // (docs.confluent.io, Docker image reference).
  if (family_of(image) == ImageFamily::kConfluent) {
    const auto version = kafka_version(ImageFamily::kConfluent, image.tag);
    if (version && *version < KafkaVersion{2, 6}) return kDash;
    return version || image.tag.empty() || image.tag == "latest" ? kBash : PosixShell{};
  }
  for (const Row& row : kPaths)
    if (ends_with_components(image.path, row.text)) return row.sh;
  return {};
}

}  // namespace brokergate
