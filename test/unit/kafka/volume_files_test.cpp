// Files on volumes: ConfigMaps whole, by items and by subPath, projected, and what
// init containers make of them.
#include <chrono>

#include "installation.h"

using namespace brokerset;
using Catch::Matchers::Contains;

namespace {

const std::string kProperties =
    "server.properties: |\n  # advertised.listeners=A://comment:1\n  listeners=A://:9092\n"
    "  advertised.listeners=A://mapped:9092\n";

// A container that starts Kafka with `file`; `mounts` and `volumes` are flow lists.
Manifest started(const std::string& file, const std::string& mounts, const std::string& volumes,
                 const std::string& init = "") {
  Manifest manifest = with("name: broker\nimage: solsson/kafka:2.8.1\ncommand: [./bin/kafka-server-start.sh, " + file +
                           "]\nvolumeMounts: " + mounts + "\n");
  manifest.pod = "volumes: " + volumes + "\n" + init;
  return manifest;
}

const std::string kMap = "[{name: conf, configMap: {name: settings}}]";
const std::string kShared = "[{name: conf, configMap: {name: settings}}, {name: run, emptyDir: {}}]";

// Broker started with /run/server.properties, which the script of an init container makes.
std::string made_by(const std::string& script, const std::string& data = kProperties) {
  const std::string init = "initContainers:\n- name: prepare\n  image: busybox\n  command:\n  - sh\n  - -ec\n  - |\n" +
                           indent(script, 4) +
                           "  volumeMounts: [{name: conf, mountPath: /conf}, {name: run, mountPath: /run}]\n";
  return Installation(started("/run/server.properties", "[{name: run, mountPath: /run}]", kShared, init),
                      config_map("settings", data))
      .advertised(1);
}

}  // namespace

TEST_CASE("a ConfigMap mounted whole, by items and by subPath") {
  const std::string maps = config_map("settings", kProperties);
  const Installation whole(started("/conf/server.properties", "[{name: conf, mountPath: /conf}]", kMap), maps);
  CHECK(whole->form_id == "properties-file");
  CHECK(whole.advertised() == "A://mapped:9092");
  CHECK(whole.source_text() == "ConfigMap data/settings: A://mapped:9092");
  CHECK(whole.place().what == "line advertised.listeners of ConfigMap settings");
  CHECK(
      Installation(started("/conf/a/b", "[{name: conf, mountPath: /conf}]",
                           "[{name: conf, configMap: {name: settings, items: [{key: server.properties, path: a/b}]}}]"),
                   maps)
          .advertised() == "A://mapped:9092");
  CHECK(Installation(started("/opt/x", "[{name: conf, mountPath: /opt/x, subPath: server.properties}]", kMap), maps)
            .advertised() == "A://mapped:9092");
  // Relative to where the image starts.
  CHECK(
      Installation(
          started("config/x", "[{name: conf, mountPath: /opt/kafka/config/x, subPath: server.properties}]", kMap), maps)
          .advertised() == "A://mapped:9092");
}

TEST_CASE("a projected volume") {
  const std::string volumes =
      "[{name: conf, projected: {sources: [{secret: {name: s}}, {configMap: {name: settings}}]}}]";
  CHECK(Installation(started("/conf/server.properties", "[{name: conf, mountPath: /conf}]", volumes),
                     config_map("settings", kProperties))
            .advertised() == "A://mapped:9092");
}

TEST_CASE("a ConfigMap that is not in the input is named") {
  CHECK(Installation(started("/conf/server.properties", "[{name: conf, mountPath: /conf}]", kMap), "").advertised() ==
        "<unknown>: /conf/server.properties (from ConfigMap settings) is not read");
}

TEST_CASE("init containers make the file") {
  CHECK(made_by("cp /conf/server.properties /run/") == "A://mapped:9092");
  CHECK(made_by("cp /conf/* /run") == "A://mapped:9092");
  CHECK(made_by("cp -r /conf/. /run") == "A://mapped:9092");
  CHECK(made_by("cat /conf/server.properties > /run/server.properties\n"
                "sed -i \"s/mapped/$HOSTNAME/\" /run/server.properties") == "A://kafka-1:9092");
  CHECK(made_by("sed -e \"s/mapped/${HOSTNAME}.svc/\" /conf/server.properties > /run/server.properties") ==
        "A://kafka-1.svc:9092");
  CHECK(made_by("H=$HOSTNAME envsubst < /conf/server.properties > /run/server.properties",
                "server.properties: |\n  advertised.listeners=A://${H}:1\n") == "A://kafka-1:1");
  CHECK(made_by("cat > /run/server.properties <<EOF\nadvertised.listeners=A://${HOSTNAME##*-}:1\nEOF") == "A://1:1");
  CHECK(made_by("if [ -f /run/host.txt ]; then H=$(cat /run/host.txt); else H=none; fi\n"
                "echo advertised.listeners=A://$H:1 > /run/server.properties") == "A://none:1");
}

TEST_CASE("what an init container cannot be followed in is not known") {
  CHECK_THAT(made_by("cp /conf/server.properties /run/; sed -i \"s/mapped/$(curl -s host)/\" /run/server.properties"),
             Contains("<unknown>: the output of `curl -s host`"));
  CHECK_THAT(made_by("/tools/render /conf/server.properties /run/server.properties"), Contains("<unknown>"));
  CHECK_THAT(made_by(". /conf/unknown.sh; echo advertised.listeners=A://x:1 > /run/server.properties"),
             Contains("<unknown>: init container prepare fails"));
  const std::string opaque =
      "initContainers: [{name: own, image: example/render:1, volumeMounts: [{name: run, mountPath: /run}]}]\n";
  CHECK_THAT(Installation(started("/run/server.properties", "[{name: run, mountPath: /run}]", kShared, opaque),
                          config_map("settings", kProperties))
                 .advertised(),
             Contains("<unknown>: /run/server.properties"));
}

TEST_CASE("every way in which an init container ends well counts") {
  const std::string undecided = "echo 'advertised.listeners=A://left:1' > /run/server.properties\n";
  CHECK_THAT(made_by("if mkdir -p /x; then " + undecided + "exit 0; fi\n" +
                     "echo 'advertised.listeners=A://other:1' > /run/server.properties\n"),
             Contains("<unknown>"));
  CHECK_THAT(made_by("cp /conf/server.properties /run/\nkubectl get x && exit 0\n"
                     "sed -i s/mapped/other/ /run/server.properties"),
             Contains("<unknown>"));
  // A way that fails starts no pod.
  CHECK(made_by("cp /conf/server.properties /run/\nkubectl get x || exit 1") == "A://mapped:9092");
}

TEST_CASE("files that a program may have changed are not known") {
  const std::string copy = "cp /conf/server.properties /run/server.properties\n";
  for (const char* change :
       {"find /run -name '*.properties' -exec sed -i s/mapped/x/ {} \\;", "ls /run | xargs sed -i s/mapped/x/",
        "python3 - <<EOF\nopen('/run/server.properties', 'w')\nEOF", "render --to /run",
        "for f in $(ls /run/*); do sed -i s/mapped/x/ $f; done",
        "sed -i s/mapped/x/ /run/server.properties /run/other"}) {
    INFO(change);
    CHECK_THAT(made_by(copy + change), Contains("<unknown>"));
  }
  CHECK_THAT(made_by(copy + "sed -i.bak s/mapped/x/ /run/server.properties"), Contains("<unknown>"));
  CHECK(made_by(copy + "kubectl label pod x y=z; ls /run; chown -R 1000 /run") == "A://mapped:9092");
  // The shell empties the file before anybody reads it.
  CHECK(made_by(copy + "sed s/mapped/x/ /run/server.properties > /run/server.properties") == "<unset>");
  CHECK_THAT(made_by(copy + "cat /run/server.properties | sed s/mapped/x/ > /run/server.properties"),
             Contains("<unknown>"));
}

TEST_CASE("sed on what is not known leaves it unknown") {
  const std::string text = "echo \"advertised.listeners=A://$(curl -s host):1\" > /run/server.properties\n";
  for (const char* change : {"s/./h/", "s/A:.*/A:1/", "$d", "1d"}) {
    INFO(change);
    CHECK_THAT(made_by(text + "sed -i '" + std::string(change) + "' /run/server.properties"), Contains("<unknown>"));
  }
}

TEST_CASE("an init container's script is read as the sh of its image reads it") {
  // busybox has neither BASH_REMATCH nor arrays.
  CHECK_THAT(made_by("[[ $HOSTNAME =~ -([0-9]+)$ ]] || exit 1\nsed \"s/mapped/${BASH_REMATCH[1]}/\" "
                     "/conf/server.properties > /run/server.properties"),
             Contains("sh of image busybox (busybox) does not have"));
  CHECK(made_by("if [[ $HOSTNAME == kafka-* ]]; then H=${HOSTNAME//kafka/k}; fi\n"
                "sed \"s/mapped/$H/\" /conf/server.properties > /run/server.properties") == "A://k-1:9092");
  // Nothing of a line is run that cannot be read.
  CHECK_THAT(made_by("cp /conf/server.properties /run/; if [ -f /x ]; then\n# nothing\nfi"),
             Contains("it has no command behind `then`"));
}

TEST_CASE("an init container that fails is told, and nothing of what it made") {
  CHECK_THAT(made_by("cp /conf/server.properties /run/; exit 3"),
             Contains("init container prepare fails (it ends with"));
  CHECK_THAT(made_by("cp /conf/server.properties /run/; false; true"),
             Contains("fails (a command fails under `set -e`"));
  CHECK_THAT(made_by("cp /conf/server.properties /run/\n[ -f /run/none ] && echo x"),
             Contains("no container starts until it ends well"));
  CHECK(made_by("cp /conf/server.properties /run/; false || true") == "A://mapped:9092");
  CHECK(made_by("cp /conf/server.properties /run/; kubectl get x || exit 0; exit 1") == "A://mapped:9092");
}

TEST_CASE("files and folders that a script makes are there") {
  const std::string copy = "cp /conf/server.properties /run/server.properties\n";
  const std::string edit = "sed -i s/mapped/made/ /run/server.properties\n";
  CHECK(made_by(copy + "touch /run/x; if [ -e /run/x ]; then " + edit + "fi") == "A://made:9092");
  CHECK(made_by(copy + "mkdir -p /run/a/b; if [ -d /run/a ]; then " + edit + "fi") == "A://made:9092");
  CHECK(made_by(copy + "touch /run/x; rm -rf /run/x; if [ -e /run/x ]; then " + edit + "fi") == "A://mapped:9092");
  CHECK(made_by("mkdir /run/a; cp /conf/server.properties /run/a/; rm -rf /run/a\nif [ -e /run/a/server.properties ]; "
                "then exit 0; fi\n" +
                copy) == "A://mapped:9092");
  for (const char* link : {"ln -s /run/server.properties /run/y", "ln -sf server.properties /run/y",
                           "ln /run/server.properties /run/y", "ln -s /run /run/y", "ln -s \"$(curl x)\" /run/y"}) {
    INFO(link);
    CHECK_THAT(made_by(copy + link), Contains("<unknown>"));
    CHECK_THAT(made_by(copy + link + "; if [ -e /run/y/z ]; then " + edit + "fi"), Contains("<unknown>"));
  }
  CHECK(made_by(copy + "ln -s /conf/server.properties /run/y") == "A://mapped:9092");
}

TEST_CASE("keys of binaryData are text as well") {
  const std::string map =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: data}\n"
      "binaryData: {server.properties: YWR2ZXJ0aXNlZC5saXN0ZW5lcnM9QTovL2JpbmFyeToxCg==, other: /wAB}\n";
  const Installation one(started("/conf/server.properties", "[{name: conf, mountPath: /conf}]", kMap), map);
  CHECK(one.advertised() == "A://binary:1");
  CHECK(one->form_id == "properties-file");
  CHECK_FALSE(one.place().node);
  CHECK_THAT(Installation(started("/conf/other", "[{name: conf, mountPath: /conf}]", kMap), map).advertised(),
             Contains("key other is no text"));
}

TEST_CASE("subPathExpr takes the container's variables") {
  const std::string maps =
      config_map("settings", "kafka-0: advertised.listeners=A://zero:1\nkafka-1: advertised.listeners=A://one:1\n");
  Manifest manifest = started("/etc/x", "[{name: conf, mountPath: /etc/x, subPathExpr: $(POD)}]", kMap);
  manifest.containers.front() += "env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]\n";
  const Installation one(manifest, maps);
  CHECK(one.advertised(0) == "A://zero:1");
  CHECK(one.advertised(1) == "A://one:1");
  CHECK_THAT(Installation(started("/etc/x", "[{name: conf, mountPath: /etc/x, subPathExpr: $(POD)}]", kMap), maps)
                 .advertised(),
             Contains("<unknown>"));
}

TEST_CASE("an init container starts in its workingDir") {
  const std::string init =
      "initContainers:\n- name: prepare\n  image: busybox\n  workingDir: /run\n  command: [sh, -ec, \"sed "
      "s/mapped/$HOSTNAME/ ../conf/server.properties > server.properties\"]\n"
      "  volumeMounts: [{name: conf, mountPath: /conf}, {name: run, mountPath: /run}]\n";
  CHECK(Installation(started("/run/server.properties", "[{name: run, mountPath: /run}]", kShared, init),
                     config_map("settings", kProperties))
            .advertised(1) == "A://kafka-1:9092");
}

TEST_CASE("folders are mounted before what lies in them") {
  const std::string volumes = "[{name: conf, configMap: {name: settings}}, {name: over, configMap: {name: other}}]";
  const std::string maps = config_map("settings", kProperties) +
                           config_map("other", "server.properties: |\n  advertised.listeners=A://over:1\n");
  for (const char* mounts : {"[{name: over, mountPath: /conf/server.properties, subPath: server.properties}, {name: "
                             "conf, mountPath: /conf}]",
                             "[{name: conf, mountPath: /conf}, {name: over, mountPath: /conf/server.properties, "
                             "subPath: server.properties}]"})
    CHECK(Installation(started("/conf/server.properties", mounts, volumes), maps).advertised() == "A://over:1");
}

TEST_CASE("a script that may not be run is told") {
  Manifest manifest = with(
      "name: broker\nimage: confluentinc/cp-kafka:7.5.0\ncommand: [/scripts/start.sh]\nports: [{containerPort: 9092}]\n"
      "volumeMounts: [{name: conf, mountPath: /scripts}]\n");
  manifest.pod = "volumes: " + kMap + "\n";
  const Installation one(manifest, config_map("settings", "start.sh: exec /etc/confluent/docker/run\n"));
  CHECK(one->form_id == "unknown-form");
  CHECK_THAT(one->form_reason, Contains("may not be run: its volume's defaultMode is 0644"));
}

TEST_CASE("a ConfigMap's volume cannot be written") {
  const std::string init =
      "initContainers:\n- name: prepare\n  image: busybox\n  command: [sh, -c, \"sed -i s/mapped/changed/ "
      "/conf/server.properties\"]\n  volumeMounts: [{name: conf, mountPath: /conf}]\n";
  CHECK(Installation(started("/conf/server.properties", "[{name: conf, mountPath: /conf}]", kMap, init),
                     config_map("settings", kProperties))
            .advertised() == "A://mapped:9092");
}

TEST_CASE("a start script and a library of it lie in a ConfigMap") {
  Manifest manifest = with(
      "name: broker\nimage: confluentinc/cp-kafka:7.5.0\ncommand: [/scripts/start.sh]\n"
      "volumeMounts: [{name: conf, mountPath: /scripts}]\n");
  manifest.pod = "volumes: [{name: conf, configMap: {name: settings, defaultMode: 0755}}]\n";
  const Installation one(manifest, config_map("settings",
                                              "start.sh: |\n  #!/bin/bash\n  . /scripts/lib.sh\n  "
                                              "export KAFKA_ADVERTISED_LISTENERS=A://$(address):9092\n  "
                                              "exec /etc/confluent/docker/run\n"
                                              "lib.sh: |\n  address() { echo \"${HOSTNAME}.svc\"; }\n"));
  CHECK(one->form_id == "shell-export");
  CHECK(one.advertised(2) == "A://kafka-2.svc:9092");
  CHECK(one.source_text() == "ConfigMap data/settings: A://$(address):9092");
}

TEST_CASE("bitnami's library is known as far as charts use it") {
  const std::string script =
      ". /opt/bitnami/scripts/libkafka.sh\ncp /conf/server.properties /run/server.properties\n"
      "export KAFKA_CONF_FILE=/run/server.properties\n"
      "replace_in_file /run/server.properties mapped \"$HOSTNAME\"\n"
      "if is_boolean_yes \"Yes\"; then kafka_server_conf_set node.id 7; fi\n";
  CHECK(made_by(script) == "A://kafka-1:9092");
  CHECK_THAT(made_by(script + "kafka_configure_something_else\n"), Contains("kafka_configure_something_else"));
}

TEST_CASE("an init container whose conditions cannot be decided: what is so on all ways is known") {
  // The listener line comes out of every way; the rack of some.
  CHECK(made_by("rack=\nif zone=$(kubectl get node x); then rack=\"broker.rack=$zone\"; fi\n"
                "cp /conf/server.properties /run/draft\n"
                "if [ -n \"$rack\" ]; then echo \"$rack\" >> /run/draft; fi\nmv /run/draft /run/server.properties\n") ==
        "A://mapped:9092");
  // Of one way only.
  CHECK_THAT(made_by("cp /conf/server.properties /run/draft\n"
                     "if kubectl get node x; then sed -i 's/mapped/other/' /run/draft; fi\n"
                     "mv /run/draft /run/server.properties\n"),
             !Contains("mapped") && !Contains("other"));
  // The way that fails lets no broker start.
  CHECK(made_by("cp /conf/server.properties /run/server.properties\n"
                "if kubectl get node x; then sed -i 's/mapped/other/' /run/server.properties; else exit 1; fi\n") ==
        "A://other:9092");
}

TEST_CASE("an init container that goes on running promises nothing") {
  const std::string init =
      "initContainers:\n- name: prepare\n  image: busybox\n  restartPolicy: Always\n  command: [sh, -c, "
      "cp /conf/server.properties /run/server.properties]\n"
      "  volumeMounts: [{name: conf, mountPath: /conf}, {name: run, mountPath: /run}]\n";
  CHECK_THAT(Installation(started("/run/server.properties", "[{name: run, mountPath: /run}]", kShared, init),
                          config_map("settings", kProperties))
                 .advertised(1),
             !Contains("mapped"));
}

TEST_CASE("a volume that is mounted in very many places is not copied to all of them") {
  std::string mounts = "[{name: conf, mountPath: /conf}", data = kProperties + "  #";
  for (int i = 0; i < 4000; ++i) mounts += ", {name: conf, mountPath: /conf" + std::to_string(i) + "}";
  data.append(400'000, 'x').append("\n");
  const Installation many(started("/conf/server.properties", mounts + "]", kMap), config_map("settings", data));
  CHECK(many.advertised() == "A://mapped:9092");
  const Installation last(started("/conf3999/server.properties", mounts + "]", kMap), config_map("settings", data));
  CHECK_THAT(last.advertised(), Contains("(from ConfigMap settings) is not read"));
}

TEST_CASE("the variables of a container are read once for all its mounts") {
  std::string mounts = "[{name: conf, mountPath: /conf}", env;
  for (int i = 0; i < 5000; ++i)
    mounts += ", {name: conf, mountPath: /conf" + std::to_string(i) + ", subPathExpr: x$(A)}";
  for (int i = 0; i < 4000; ++i) env += "- {name: A" + std::to_string(i) + ", value: x$(A)}\n";
  Manifest manifest = started("/conf/server.properties", mounts + "]", kMap);
  manifest.containers[0] += "env:\n" + env;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(Installation(manifest, config_map("settings", kProperties)).advertised() == "A://mapped:9092");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}
