// Reads `spec` of a policy into a Policy that holds the defaults.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brokergate/policy.h"
#include "rules/policy/schema_reader.h"

namespace brokergate {

void read_spec(SchemaReader& reader, const PolicyNode* spec, const std::vector<std::string_view>& known_rules,
               Policy& policy);

// Parts of it with files of their own.
void read_node_ports(SchemaReader& reader, const PolicyNode* node, Policy& policy);
void read_listener(SchemaReader& reader, const PolicyNode* node, Policy& policy);
void read_preemptible(SchemaReader& reader, const PolicyNode* node, Policy& policy);
void read_node_pools(SchemaReader& reader, const PolicyNode* node, Policy& policy);
void read_cluster_view(SchemaReader& reader, const PolicyNode* node, Policy& policy);
// Taints, each "key=value:Effect" or a map.
std::vector<TaintRule> read_taints(SchemaReader& reader, const PolicyNode* node, const std::string& path);
void read_suppressions(SchemaReader& reader, const PolicyNode* node, const std::vector<std::string_view>& known_rules,
                       Policy& policy);

// A rule id that must be known (any, when `known` is empty).
bool check_rule(SchemaReader& reader, const PolicyNode* node, std::string_view id, std::string_view path,
                const std::vector<std::string_view>& known);

}  // namespace brokergate
