#include "rules/kafka/startup/era.h"

namespace brokergate::startup {
namespace {

Era::Kraft kraft_of(KafkaVersion version) {
  using Kraft = Era::Kraft;
  if (version >= KafkaVersion{4, 0}) return Kraft::kOnly;
  if (version >= KafkaVersion{3, 9}) return Kraft::kShared;
  if (version >= KafkaVersion{3, 1}) return Kraft::kStrict;
  if (version >= KafkaVersion{3, 0}) return Kraft::kPreview;
  return version >= KafkaVersion{2, 8} ? Kraft::kEarly : Kraft::kNone;
}

}  // namespace

Era::Era(KafkaVersion version) : kraft(kraft_of(version)) {
  const auto since = [version](int major, int minor) { return version >= KafkaVersion{major, minor}; };
  host_and_port = !since(3, 0);
  advertised_ports_differ = !since(2, 7);
  control_plane = since(2, 2) && !since(4, 0);
  roles = since(2, 8);
  one_id = since(3, 1);
  maps_controllers = since(3, 1);
  plane_hint = since(3, 1) && !since(3, 2);
  listeners_first = since(3, 3);
  exact_protocol = since(3, 3);
  advertised_unset = since(3, 3) && !since(3, 9);
  exact_roles = since(3, 4);
  ip_pair = since(3, 6);
  blank_names = !since(3, 6);
  bootstrap = since(3, 8);
  any_voter_prefix = !since(3, 8) || (since(3, 9) && !since(4, 0));
  names_are_list = since(4, 1);
  distinct_names = since(4, 1);
  voters_are_told = since(4, 3);
  wrapped_lists = since(4, 3);
  lists = since(4, 2);
}

}  // namespace brokergate::startup
