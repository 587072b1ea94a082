// Which generation of bitnami's scripts an image tag holds. They were rewritten in the
// middle of patch versions, so that Kafka's version does not tell.
#pragma once

#include <cstdint>
#include <string_view>

namespace brokergate {

// Sources: bitnami/containers bitnami/kafka/README.md, Notable Changes, and
// rootfs/opt/bitnami/scripts/{kafka-env.sh,libkafka.sh,kafka/setup.sh} of the branches.
enum class BitnamiBuild : uint8_t {
  kUnknown,     // a digest, or a tag without a version
  kEarly,       // before 2.5: 2.4.1-r38 moved the folders of mounted files
  kZooKeeper,   // listeners are PLAINTEXT://:9092 unless set
  kKraft,       // from 3.2.3-r73, 3.3.2-r29, 3.4.0-r23 on: a controller listener beside it
  kRefactored,  // from 3.2.3-r161, 3.3.2-r176, 3.4.1-r50, 3.5.1-r4 on: nothing is set by itself
};
// A tag without a revision moves on to the last build of its version; `latest` is newer than all.
BitnamiBuild bitnami_build(std::string_view tag);

}  // namespace brokergate
