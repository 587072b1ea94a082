// Volume mounts that change what a Kafka image reads.
#pragma once

#include <string>
#include <string_view>

#include "brokergate/document.h"
#include "rules/kafka/images.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {

// "ConfigMap kafka-config mounted at /mnt/shared/config" when a volume is mounted
// at `path` or inside it; empty when none is.
std::string mounted_at(std::string_view path, Value pod_spec, Value container);
// "/etc/kafka/server.properties (from ConfigMap broker-config)"
std::string describe_file(std::string_view path, Value pod_spec, Value container);
// A volume that could bring something at `path`, from above it or from inside.
bool may_be_mounted(Value container, std::string_view path);
// `path` lies on a volume that cannot be written: of a ConfigMap or its like, or mounted readOnly.
bool mounted_read_only(std::string_view path, Value pod_spec, Value container);
// bitnami's set-up reads no KAFKA_CFG_* when a server.properties is mounted where the
// row says (setup.sh; libkafka.sh, kafka_initialize): why, or empty.
std::string dead_bitnami_environment(const StartScript& script, Value pod_spec, Value container);
// A volume over the scripts that the entry runs, or over a folder above them: why
// they cannot be read, or empty. `program`: the start script as it is called.
std::string replaced_start_scripts(Entry entry, std::string_view program, Value container);

}  // namespace brokergate
