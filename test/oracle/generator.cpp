#include "oracle/generator.h"

#include <algorithm>

namespace oracle {
namespace {

using brokergate::startup::Texts;
using Words = std::vector<std::string>;

const Words kUsualNames = {"PLAINTEXT", "SSL",      "SASL_PLAINTEXT", "SASL_SSL", "INTERNAL", "EXTERNAL",
                           "CLIENT",    "EXTERNAL", "PLAINTEXT",      "INTERNAL", "OUT",      "A"};
const Words kOddNames = {"external", "External", "plaintext", "ssl",    "",         " ",         "A.B",      "a-b",
                         "A:B",      "x://y",    "INTERNAL ", "straße", "ıNTERNAL", "PLAİNTEXT", "ſſl",      "øst",
                         "внешний",  "ΕΞΩ",      "έξω",       "ｏｕｔ", "日本",     "A\tB",      "A\u0085B", "E=1"};
const Words kUsualHosts = {"", "", "localhost", "kafka-0", "kafka-0.kafka.example.com", "10.0.0.1", "127.0.0.1"};
const Words kOddHosts = {"0.0.0.0",
                         "[::]",
                         "::1",
                         "[::1]",
                         "[fe80::1%3]",
                         "[2001:db8::1]",
                         "::ffff:1.2.3.4",
                         "1:2:3:4:5:6:7:8",
                         "1:2:3:4:5:6:7::",
                         "1:2:3:4:5:6:7:8:9",
                         "::2::3",
                         "1.2.3.256",
                         "01.2.3.4",
                         "1.2.3",
                         "10.0.0.2",
                         "kafka_0",
                         "a b",
                         "${HOST}",
                         "$(POD_NAME)",
                         "*",
                         "[::1",
                         "::1]",
                         "[[::1]]",
                         "höst",
                         "-",
                         "%",
                         ":",
                         "host:1",
                         "0.0.0.0 ",
                         "0.0.0.00"};
const Words kUsualPorts = {"9092", "9092", "9093", "9094", "9095", "19092", "29092"};
const Words kOddPorts = {"0",           "0",           "-1",     "99999", "65536", "2147483647", "2147483648",
                         "-2147483648", "99999999999", "",       "abc",   "9092 ", "+9092",      "09092",
                         "９０９２",    "0x10",        "9092.0", "--1",   "-0",    "-",          " 9092"};
const Words kProtocols = {"PLAINTEXT", "PLAINTEXT", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
const Words kOddProtocols = {"plaintext", "Ssl", "FOO", "", " SSL ", "ſsl", "plaıntext", "SASL-SSL", "TLS", "SSL:SSL"};
const Words kMapEntries = {"A",   ":PLAINTEXT",         "B:",     "::",      "",
                           " : ", "EXTERNAL=PLAINTEXT", "C :SSL", "x:y:SSL", "a:SSL"};
const Words kSeparators = {",", ",", ",", ",", ", ", " , ", ",,", ", ,", "\t,\n", ";"};
const Words kRoles = {
    "Broker", "",  "broker,",           "broker,broker",    " broker ", "broker, controller", "controller , broker",
    "x",      ",", "broker;controller", "broker controller"};
const Words kControllers = {"CONTROLLER", "CONTROLLER", "CONTROLLER", "C", "SSL", "PLAINTEXT", "SASL_SSL"};
const Words kOddControllers = {"controller",
                               "CONTROLLER,C",
                               "CONTROLLER, C",
                               "CONTROLLER,",
                               "",
                               ",",
                               "Controller",
                               "CONTROLLER,CONTROLLER",
                               "CONTROLLER,,C",
                               "ſſl",
                               " , CONTROLLER",
                               "CONTROLLER,EXTERNAL",
                               "внешний",
                               "CONTROLLER,\u0001,C"};
const Words kVoters = {"",
                       ",",
                       "x@localhost:9093",
                       "1@localhost",
                       "1@localhost:99999",
                       "@localhost:1",
                       "1@@localhost:1",
                       "1@localhost:1@",
                       " 1@localhost:1",
                       "1@[::1]:9093",
                       "1@a b:1",
                       "+1@localhost:9093",
                       "１@localhost:1",
                       "1@PLAINTEXT://localhost:1",
                       "1@:9093",
                       "1@x/y://localhost:1",
                       "1@localhost:0",
                       "1@localhost:-1",
                       "1@0.0.0.0:0",
                       "-1@localhost:1",
                       "1@localhost:1,",
                       "1@localhost:1,,2@localhost:1",
                       "2147483648@localhost:1",
                       "1@localhost:99999999999",
                       "1@localhost:1 , 1@localhost:2",
                       "1@::1:9093",
                       "1@http://x:y://localhost:1",
                       "1localhost:1",
                       "1@a]b:1"};
const Words kBootstrap = {
    "localhost:9093", "localhost:9093,localhost:9094", "", ",", "localhost", "[::1]:1", "a b:1", "x:99999", ":1",
    "http://x:1"};
const Words kIds = {"0", "1", "2", "3", "100"};
const Words kOddIds = {"-1",      "-2",  "1000", "1001", "2147483647", "2147483648", "-2147483648",
                       "kafka-0", " 1 ", "+1",   "",     "1.0",        "１",         "٣",
                       "0x1",     "01",  "-",    "+",    "1 2",        "٣1",         "99999999999999999999"};
const Words kNumbers = {"9092", "0", "-1", "99999", "x", "", "2147483648", "+1", " 9094 "};

bool since(brokergate::KafkaVersion version, int major, int minor) {
  return version >= brokergate::KafkaVersion{major, minor};
}

}  // namespace

// SplitMix64.
uint64_t Generator::number() {
  uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::string Generator::other_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z' && chance(50)) c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string Generator::name() { return chance(4) ? pick(kOddNames) : pick(kUsualNames); }

std::string Generator::host(bool advertised) {
  if (chance(6)) return pick(kOddHosts);
  return advertised ? kUsualHosts[2 + below(kUsualHosts.size() - 2)] : pick(kUsualHosts);
}

std::string Generator::port() { return chance(3) ? pick(kOddPorts) : pick(kUsualPorts); }

std::vector<Generator::Entry> Generator::entries(const Words& names, bool advertised) {
  std::vector<Entry> out;
  std::string one = std::to_string(9092 + below(3));
  for (const std::string& name : names) {
    std::string own = one;
    if (chance(8)) own = port();
    // The next one is another one, mostly.
    if (!chance(5)) one = std::to_string(std::stoi(one) + 1);
    out.push_back({chance(6) ? other_case(name) : name, host(advertised), own});
  }
  return out;
}

std::string Generator::joined(const Words& parts) {
  std::string out = chance(2) ? " " : "";
  for (const std::string& part : parts) {
    if (&part != parts.data()) out += chance(92) ? "," : pick(kSeparators);
    out += part;
  }
  if (chance(2)) out += ",";
  if (chance(1)) out = "," + out;
  return out;
}

std::string Generator::list(const std::vector<Entry>& entries) {
  Words parts;
  for (const Entry& entry : entries) {
    const std::string_view between = chance(99) ? "://" : chance(50) ? ":/" : ":";
    parts.push_back(entry.name + std::string(between) + entry.host + (chance(99) ? ":" : "") + entry.port);
  }
  return joined(parts);
}

std::string Generator::map_of(Words names) {
  if (chance(5) && !names.empty()) names.erase(names.begin() + static_cast<std::ptrdiff_t>(below(names.size())));
  if (chance(10)) names.push_back(name());
  if (chance(4) && !names.empty()) names.push_back(other_case(pick(names)));
  Words parts;
  for (const std::string& one : names) {
    if (chance(1)) parts.push_back(pick(kMapEntries));
    const std::string protocol = chance(3) ? pick(kOddProtocols) : pick(kProtocols);
    parts.push_back((chance(6) ? other_case(one) : one) + (chance(1) ? " : " : ":") + protocol);
  }
  return joined(parts);
}

void Generator::roles(Texts& out) {
  const bool kraft = since(version_, 4, 0) ? !chance(4) : since(version_, 2, 8) ? chance(65) : chance(15);
  broker_ = true;
  controller_ = false;
  controllers_.clear();
  if (!kraft) {
    if (chance(3)) out["controller.listener.names"] = pick(kControllers);
    if (chance(3)) out["controller.quorum.voters"] = pick(kVoters);
    return;
  }
  const size_t kind = below(3);
  broker_ = kind != 1;
  controller_ = kind != 0;
  out["process.roles"] = chance(4)   ? pick(kRoles)
                         : kind == 0 ? "broker"
                         : kind == 1 ? "controller"
                                     : "broker,controller";
  controllers_ = {pick(kControllers)};
  if (chance(5)) controllers_.push_back(name());
  std::string names = controllers_[0];
  for (size_t i = 1; i < controllers_.size(); ++i) names += "," + controllers_[i];
  if (!chance(4)) out["controller.listener.names"] = chance(6) ? pick(kOddControllers) : names;
  const bool bootstrap = chance(15);
  if (bootstrap) out["controller.quorum.bootstrap.servers"] = chance(70) ? kBootstrap[0] : pick(kBootstrap);
  if (bootstrap ? chance(20) : !chance(4)) {
    const std::string others = "7@localhost:9093,8@localhost:9093";
    out["controller.quorum.voters"] = chance(5)     ? pick(kVoters)
                                      : controller_ ? (chance(96) ? "1@localhost:9093," + others : others)
                                                    : (chance(96) ? others : "1@localhost:9093");
  }
}

void Generator::listeners(Texts& out) {
  names_.clear();
  const bool plain = chance(25);
  if (broker_) {
    names_.push_back(plain ? "PLAINTEXT" : name());
    while (chance(45) && names_.size() < 5) {
      std::string more = name();
      if (std::find(names_.begin(), names_.end(), more) == names_.end() || chance(5)) names_.push_back(std::move(more));
    }
  }
  Words all = names_;
  if (controller_ || chance(3)) all.insert(all.end(), controllers_.begin(), controllers_.end());
  if (!broker_ && chance(4)) all.push_back(name());
  if (!plain || chance(60)) {
    if (!chance(3)) out["listeners"] = list(entries(all, false));
  }
  const bool tells = broker_ ? chance(60) : chance(20);
  if (tells) {
    Words told = names_;
    if (chance(8) && !told.empty()) told.erase(told.begin() + static_cast<std::ptrdiff_t>(below(told.size())));
    if (chance(5)) told.push_back(name());
    if (!controllers_.empty() && chance(broker_ ? 12 : 70)) told.push_back(controllers_[0]);
    out["advertised.listeners"] = list(entries(told, true));
  }
  const bool identities = std::all_of(all.begin(), all.end(), [](const std::string& one) {
    return std::find(kProtocols.begin(), kProtocols.end(), one) != kProtocols.end();
  });
  if (identities ? chance(25) : chance(92)) {
    if (!broker_ || chance(97)) all.insert(all.end(), controllers_.begin(), controllers_.end());
    Words once;
    for (const std::string& one : all)
      if (std::find(once.begin(), once.end(), one) == once.end()) once.push_back(one);
    out["listener.security.protocol.map"] = map_of(std::move(once));
  }
}

void Generator::ids(Texts& out) {
  const bool kraft = out.count("process.roles") != 0;
  if (kraft && !chance(4)) out["node.id"] = chance(4) ? pick(kOddIds) : chance(90) ? "1" : pick(kIds);
  if (kraft ? chance(12) : chance(50)) out["broker.id"] = chance(8) ? pick(kOddIds) : kraft ? "1" : pick(kIds);
  if (!kraft && chance(4)) out["node.id"] = pick(kIds);
  if (chance(2)) out["broker.id.generation.enable"] = chance(50) ? "true" : "false";
  if (chance(2)) out["reserved.broker.max.id"] = chance(50) ? "2000" : "2";
}

void Generator::between_brokers(Texts& out) {
  if (!names_.empty() && chance(names_[0] == "PLAINTEXT" ? 30 : 80)) {
    const std::string& one = chance(95) ? names_[0] : pick(names_);
    out["inter.broker.listener.name"] = chance(5) ? name() : chance(8) ? other_case(one) : one;
  }
  if (chance(out.count("inter.broker.listener.name") != 0 ? 4 : 25))
    out["security.inter.broker.protocol"] = chance(10) ? pick(kOddProtocols) : pick(kProtocols);
  if (chance(5)) out["control.plane.listener.name"] = !names_.empty() && chance(75) ? names_.back() : name();
}

void Generator::host_and_port(Texts& out) {
  if (chance(25)) out["host.name"] = host(false);
  if (chance(25)) out["port"] = chance(80) ? "9092" : pick(kNumbers);
  if (chance(25)) out["advertised.host.name"] = host(true);
  if (chance(25)) out["advertised.port"] = chance(80) ? "9092" : pick(kNumbers);
  if (chance(50)) out.erase("listeners");
  if (chance(50)) out.erase("advertised.listeners");
}

// What nothing above does on purpose: a property lost, emptied, or with another's value.
void Generator::bend(Texts& out) {
  if (out.empty()) return;
  auto victim = out.begin();
  std::advance(victim, static_cast<std::ptrdiff_t>(below(out.size())));
  switch (below(6)) {
    case 0:
      out.erase(victim);
      break;
    case 1:
      victim->second.clear();
      break;
    case 2:
      victim->second = " ";
      break;
    case 3:
      victim->second += chance(50) ? "," : " ";
      break;
    case 4:
      victim->second = other_case(victim->second);
      break;
    default:
      if (!victim->second.empty()) victim->second.insert(victim->second.begin(), ',');
      break;
  }
}

Texts Generator::next() {
  Texts out;
  roles(out);
  listeners(out);
  ids(out);
  between_brokers(out);
  if (chance(since(version_, 3, 0) ? 2 : 10)) host_and_port(out);
  if (chance(6)) bend(out);
  return out;
}

}  // namespace oracle
