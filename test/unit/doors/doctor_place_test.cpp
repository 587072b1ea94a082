// The doctor's judgement on where the API server asks: a URL, a Service.
#include "catch.h"
#include "doctor_help.h"
#include "webhook/doctor/doctor.h"

using namespace brokergate;
using namespace brokergate::test;
using certs::Json;
using Told = std::vector<std::string>;

TEST_CASE("doctor: URLs that the API server takes") {
  const auto wrong = [](const char* url, bool mutating = true) {
    doc::Facts facts = well(installation());
    entry(mutating ? facts.mutating : facts.validating)["clientConfig"].erase("service");
    entry(mutating ? facts.mutating : facts.validating)["clientConfig"]["url"] = url;
    return told(doc::examine(facts));
  };
  CHECK(wrong("https://10.0.0.1:8443/mutate").empty());
  CHECK(wrong("https://10.0.0.1:8443/validate", false).empty());
  CHECK(wrong("https://10.0.0.1/through/mutate") == Told{"warn endpoint"});
  for (const char* url : {"http://10.0.0.1/mutate", "https://u:p@10.0.0.1/mutate", "https://10.0.0.1/mutate?a=b",
                          "https://10.0.0.1/mutate#a", "https:///mutate", "https://10.0.0.1/", "https://10.0.0.1"}) {
    INFO(url);
    CHECK(wrong(url) == Told{"fail endpoint"});
  }
}

TEST_CASE("doctor: Services as the API server uses them") {
  const auto with = [](const char* patch_of_service, const char* patch_of_slice = "{}") {
    doc::Facts facts = well(installation());
    facts.services[0].object.object.merge_patch(Json::parse(patch_of_service));
    facts.services[0].slices.object["items"][0].merge_patch(Json::parse(patch_of_slice));
    return told(doc::examine(facts));
  };
  CHECK(with("{}").empty());
  const Told service{"fail service"}, endpoints{"fail endpoints"};
  CHECK(with(R"({"spec": {"ports": [{"port": 443, "protocol": "UDP"}]}})") == service);
  CHECK(with(R"({"spec": {"selector": {"app": "other"}}})") == service);
  CHECK(with(R"({"spec": {"ports": [{"name": "https", "port": 443, "targetPort": "https"}]}})") == service);
  CHECK(with(R"({"spec": {"ports": [{"name": "https", "port": 443, "targetPort": 9443}]}})") == Told{"warn service"});
  CHECK(with(R"({"spec": {"ports": [{"name": "https", "port": 443, "targetPort": 8443}]}})").empty());
  CHECK(with(R"({"spec": {"type": "ExternalName", "externalName": "elsewhere"}})") == Told{"warn service"});
  CHECK(with("{}", R"({"ports": null})") == endpoints);
  CHECK(with("{}", R"({"ports": [{"name": "operations", "port": 8080}]})") == endpoints);
  const auto endpoint = [&](const char* conditions) {
    return with(
        "{}",
        (R"({"endpoints": [{"addresses": ["10.0.0.1"], "conditions": )" + std::string(conditions) + "}]}").c_str());
  };
  CHECK(endpoint("{}").empty());
  CHECK(endpoint(R"({"ready": false})") == endpoints);
  CHECK(endpoint(R"({"ready": true, "serving": false})") == endpoints);
  CHECK(endpoint(R"({"ready": true, "terminating": true})") == endpoints);
}

TEST_CASE("doctor: every entry's Service is judged") {
  doc::Facts facts = well(installation());
  Json second = entry(facts.validating);
  second["name"] = "services.brokergate.io";
  second["rules"].erase(0);
  entry(facts.validating)["rules"].erase(1);
  facts.validating.object["webhooks"].push_back(second);
  CHECK(told(doc::examine(facts)).empty());
  // Another Service, which is not there and has no name in the certificate.
  Json& place = facts.validating.object["webhooks"][1]["clientConfig"]["service"];
  place["name"] = "gone";
  facts.services.push_back({"guard", "gone", {doc::Thing::State::kAbsent, {}, "404"}, doc::Thing()});
  CHECK(told(doc::examine(facts)) == Told{"fail service", "fail certificate"});
  facts.services.pop_back();
  CHECK(told(doc::examine(facts)) == Told{"unknown service", "fail certificate"});
  place["name"] = "brokergate";
  place["port"] = 444;
  CHECK(told(doc::examine(facts)) == Told{"fail service"});
  place["port"] = 443;
  // All is asked about, but part of it elsewhere only.
  facts.validating.object["webhooks"][1]["namespaceSelector"] = Json::parse(R"({"matchLabels": {"never": "x"}})");
  CHECK(told(doc::examine(facts)) == Told{"warn rules", "warn namespaces"});
}
