#include "cli/verbs/create_review.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace brokergate::cli {
namespace {

// How the API names the kinds that matter here; irregular plurals do not occur among them.
std::string resource_of(std::string_view kind) {
  std::string out;
  for (const char c : kind) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (out.ends_with('s')) return out + "es";
  if (out.ends_with('y')) return out.substr(0, out.size() - 1) + "ies";
  return out + "s";
}

std::string uid_of(size_t number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - std::min<size_t>(digits.size(), 12), '0') + digits;
}

void field(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  append_json_string(text, out);
}

}  // namespace

std::string create_review(const Object& object, size_t number) {
  const std::string_view group = object.group();
  std::string_view version = object.api_version;
  if (const size_t slash = version.find('/'); slash != std::string_view::npos) version.remove_prefix(slash + 1);
  const std::string resource = resource_of(object.kind);

  std::string out = R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{)";
  field(out, "uid", uid_of(number));
  for (const std::string_view which : {"kind", "requestKind"}) {
    out += ",\"" + std::string(which) + "\":{";
    field(out, "group", group);
    field(out, "version", version);
    field(out, "kind", object.kind);
    out += '}';
  }
  for (const std::string_view which : {"resource", "requestResource"}) {
    out += ",\"" + std::string(which) + "\":{";
    field(out, "group", group);
    field(out, "version", version);
    field(out, "resource", resource);
    out += '}';
  }
  if (!object.name.empty()) field(out, "name", object.name);
  field(out, "namespace", object.ns.empty() ? "default" : object.ns);
  field(out, "operation", "CREATE");
  out += R"(,"userInfo":{"username":"brokergate"},"object":)";
  append_json(object.root, out);
  out += R"(,"oldObject":null,"dryRun":true,"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}})";
  return out;
}

}  // namespace brokergate::cli
