// What the entries of a configuration ask about, taken together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "certs/cluster.h"

namespace brokergate::webhook::doctor {

// A list of the API that has one of these.
bool lists(const certs::Json& list, std::initializer_list<std::string_view> any_of);

struct Coverage {
  std::string missing;  // "UPDATE of statefulsets, …": nobody is asked, or only entries that can select nothing
  // All is asked about, but some of it, "UPDATE of services", under other selectors or conditions than the rest.
  std::string apart;
};
Coverage coverage_of(const std::vector<const certs::Json*>& entries);

// What only a server with a view of the cluster can judge: "UPDATE of statefulsets/scale, DELETE of services".
struct ViewCoverage {
  std::string missing;  // nobody is asked
  std::string named;    // asked about by its own name; what is behind a wildcard is no sign that anybody meant it
};
ViewCoverage view_coverage_of(const std::vector<const certs::Json*>& entries);
bool asks_about_deletions_alone(const certs::Json& entry);

// Whether its selectors leave it anything: of namespaces, and of objects other than what the doctor itself sends.
bool can_be_asked(const certs::Json& entry);
bool takes_objects(const certs::Json& entry);

}  // namespace brokergate::webhook::doctor
