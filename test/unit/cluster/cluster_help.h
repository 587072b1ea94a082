// Small clusters by hand: objects as a watch stream gives them, and what the store finds of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "webhook/cluster/store.h"

namespace brokergate::test {

using webhook::cluster::Peers;
using webhook::cluster::Store;
using webhook::watch::Item;
using webhook::watch::Resource;

using Pairs = std::map<std::string, std::string>;
std::string json_of(const Pairs& pairs);

struct ServiceText {
  std::string ns, name;
  Pairs selector;
  Pairs annotations = {};
  std::vector<int> node_ports = {};
  std::string protocol = "TCP";
  Item item() const;
};

struct SetText {
  std::string ns, name;
  Pairs labels;
  std::string governing = "kafka-headless";
  int replicas = 2;
  // The entry for clients outside; empty: none. $(POD_NAME) is known.
  std::string advertised = {};
  std::string config_map = {};  // advertised.listeners comes from its key `listeners`, and `advertised` is not used
  bool kafka = true;
  std::vector<std::string> mounts = {};  // further ConfigMaps
  Item item() const;
};

Item config_map(const std::string& ns, const std::string& name, const Pairs& data);
Item node(const std::string& name, const Pairs& labels, const std::string& more_spec = "");

// The object of a request.
Object object_of(Resource resource, const Item& item);

// "Service a/kafka-0", in the order in which they come.
std::vector<std::string> names_of(const std::vector<Object>& objects);
std::vector<std::string> peers(const Store& store, Resource resource, const Item& item, const Item* old_item = nullptr);

std::shared_ptr<const Policy> policy_with(const std::string& domain, const std::string& hostname = "{pod}.{domain}");

}  // namespace brokergate::test
