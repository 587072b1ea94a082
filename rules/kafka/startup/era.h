// Which of Kafka's checks a version makes. Each line was found by asking the jars
// of 24 versions from 1.1.1 to 4.3.0.
#pragma once

#include "rules/kafka/images.h"

namespace brokergate::startup {

struct Era {
  explicit Era(KafkaVersion version);
  bool operator==(const Era&) const = default;

  // How far the checks of KRaft settings go.
  enum class Kraft : uint8_t {
    kNone,     // before 2.8 no process.roles
    kEarly,    // 2.8
    kPreview,  // 3.0
    kStrict,   // 3.1 to 3.8: controller listeners must not be advertised
    kShared,   // 3.9: they may
    kOnly,     // 4.0: no ZooKeeper any more
  };
  Kraft kraft;

  bool host_and_port;            // to 2.8: host.name, port, advertised.host.name, advertised.port
  bool advertised_ports_differ;  // to 2.6; KAFKA-10478
  bool control_plane;            // 2.2 to 3.9: control.plane.listener.name; KIP-291
  bool roles;                    // since 2.8: process.roles, controller.*, node.id
  bool one_id;                   // since 3.1: node.id and broker.id are the same thing
  bool maps_controllers;         // since 3.1: an unset map has the controllers' names, too
  bool plane_hint;               // 3.1 only: control.plane.listener.name is refused with more words
  bool listeners_first;          // since 3.3: listeners are read before advertised.listeners
  bool exact_protocol;           // since 3.3: security.inter.broker.protocol in capitals only
  bool advertised_unset;         // 3.3 to 3.8: a controller has no advertised.listeners, not even an empty one
  bool exact_roles;              // since 3.4: messages name roles as they are written
  bool ip_pair;                  // since 3.6: an IPv4 and an IPv6 address may share a port; KAFKA-13299
  bool blank_names;              // to 3.5: a listener's name may be empty
  bool bootstrap;                // since 3.8: controller.quorum.bootstrap.servers
  bool any_voter_prefix;         // not in 3.8 and since 4.0: anything may stand before a voter's host
  bool names_are_list;           // since 4.1: blanks in controller.listener.names do not count
  bool distinct_names;           // since 4.1: the map may not name a listener twice in different case
  bool voters_are_told;          // since 4.3: a controller without address of its own has the voter's
  bool wrapped_lists;            // since 4.3: messages about whole lists have the usual beginning
  bool lists;                    // since 4.2: listeners are of type LIST; KIP-1161
};

}  // namespace brokergate::startup
