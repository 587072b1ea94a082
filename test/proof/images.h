// What the start scripts of Kafka images do with what they are given. Written
// from those scripts (confluentinc/kafka-images docker/{run,configure}, apache
// docker/resources, bitnami libkafka.sh, wurstmeister start-kafka.sh).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace proof {

enum class Image { kUnknown, kConfluent, kApache, kBitnami, kWurstmeister };

struct ImageStart {
  Image image = Image::kUnknown;
  std::vector<std::string> entrypoint, cmd;
};
// By the name of the image alone: good enough to know what runs without a command.
ImageStart start_of_image(const std::string& image);

// What arrived at a stand-in.
struct Arrival {
  std::string stand_in;  // confluent, apache, bitnami, wurstmeister, server-start
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string file;  // server-start: the properties file's text
};

struct Broker {
  bool started = false;
  std::string refusal;                            // what the image's script would say
  std::map<std::string, std::string> properties;  // as Kafka would get them
};
Broker start(const Arrival& arrival);

}  // namespace proof
