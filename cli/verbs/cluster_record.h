// What audit --record keeps of a cluster, and --replay and --view judge with.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "brokergate/object.h"
#include "certs/cluster.h"
#include "cli/verbs/cluster_objects.h"
#include "cli/verbs/console.h"

namespace brokergate::cli {

certs::Json record_of(const ClusterObjects& objects);
// Tells on stderr of which time it is. The error says what is wrong with the file.
tl::expected<ClusterObjects, std::string> read_record(const std::string& file, Console& console);

// An object that would have a namespace and names none.
bool lacks_namespace(const Object& object);
// Gives the namespace to objects that lack one, as `kubectl --namespace` does. Where the record
// holds nothing of it they are judged beside nobody, and a typing error would look like a clean result: told on stderr.
void place_beside(const ClusterObjects& record, const std::string& ns, std::vector<Object>& objects, Console& console);

}  // namespace brokergate::cli
