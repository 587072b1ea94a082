// What Kafka images bring and what their start scripts do with what they are
// given. Written from those scripts (confluentinc/kafka-images
// docker/{run,configure}, apache/kafka docker/resources, bitnami libkafka.sh,
// wurstmeister start-kafka.sh, engapa kafka_{server,setup,env}.sh).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "test/proof/properties.h"

namespace proof {

// By the name of the image alone: good enough to know what runs without a
// command. An image that is not known brings nothing.
struct ImageStart {
  std::string family;  // empty: not known
  std::vector<std::string> entrypoint, cmd;
  std::string folder;                            // where commands run
  std::map<std::string, std::string> variables;  // what the image itself sets
  std::map<std::string, std::string> files;      // by path, the properties files of Kafka's own distribution
  int major = 0, minor = 0, patch = 0;           // 0.0.0: the tag says no version
  bool before(int a, int b, int c = 0) const;    // false when the version is not known
  // bitnami: the scripts that leave a mounted file alone and set nothing by themselves. They came with
  // 3.2.3-debian-11-r161, 3.3.2-debian-11-r176, 3.4.1-debian-11-r50 and 3.5.1-debian-11-r4 (bitnami/containers,
  // bitnami/kafka/README.md); a tag without revision is the last build.
  bool refactored = false;
  bool kraft_default = false;  // bitnami: those before, from 3.2.3-r73, 3.3.2-r29, 3.4.0-r23 on
};
ImageStart start_of_image(const std::string& image);

// What arrived at a stand-in.
struct Arrival {
  std::string stand_in;  // confluent, apache, bitnami-run, wurstmeister, engapa, server-start
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string file;       // the text of the properties file it is given or finds mounted
  bool found = false;     // there is such a file
  bool prepared = false;  // bitnami's entrypoint ran before; then environment and file are what it found
  std::string missing;    // the path of the one it is given when there is none
  std::string refusal;    // what the stand-in itself says
};

struct Broker {
  bool started = false;
  std::string refusal;    // what the image's script would say
  Properties properties;  // as Kafka would get them
};
Broker start(const Arrival& arrival, const ImageStart& image);

}  // namespace proof
