// What is kept of an object, and how what comes in is cut into objects.
#include <string>
#include <vector>

#include "brokergate/document.h"
#include "catch.h"
#include "webhook/watch/pages.h"
#include "webhook/watch/reduce.h"

using namespace brokergate::webhook::watch;

namespace {

std::string reduced(Resource resource, const std::string& text) {
  const auto item = Reducer(resource).item(text);
  return item ? item->json : "nothing";
}

const std::string kMetadata =
    R"("metadata":{"managedFields":[{"manager":"kubectl"}],"resourceVersion":"7","creationTimestamp":"2026-01-01T00:00:00Z",)"
    R"("annotations":{"a":"b","kubectl.kubernetes.io/last-applied-configuration":"{\"all\":1}","q":"\"\\\n\u0001é"},)"
    R"("uid":"u-1","namespace":"kafka","name":"broker","labels":{"app":"kafka"},"generation":3,"finalizers":["x"],)"
    R"("deletionTimestamp":"2026-02-02T00:00:00Z","ownerReferences":[{"kind":"Kafka","name":"k"}]})";
const std::string kKept =
    R"("metadata":{"name":"broker","namespace":"kafka","uid":"u-1","labels":{"app":"kafka"},)"
    R"("annotations":{"a":"b","q":"\"\\\u000a\u0001é"},"generation":3,)"
    R"("deletionTimestamp":"2026-02-02T00:00:00Z","ownerReferences":[{"kind":"Kafka","name":"k"}]})";

}  // namespace

TEST_CASE("watch: what the engine reads of an object is kept, and nothing else") {
  CHECK(reduced(Resource::kStatefulSets,
                R"({)" + kMetadata + R"(,"status":{"replicas":3},"spec":{"replicas":3,"x":[1,-2.5,true,null]}})") ==
        R"({"apiVersion":"apps/v1","kind":"StatefulSet",)" + kKept +
            R"(,"spec":{"replicas":3,"x":[1,-2.5,true,null]}})");
  CHECK(reduced(Resource::kServices,
                R"({"kind":"X","apiVersion":"y","spec":{"type":"LoadBalancer"},)" + kMetadata +
                    R"(,"status":{"conditions":[],"loadBalancer":{"ingress":[{"ip":"10.0.0.1"}],"other":1}}})") ==
        R"({"apiVersion":"v1","kind":"Service",)" + kKept +
            R"(,"spec":{"type":"LoadBalancer"},"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.1"}]}}})");
  CHECK(reduced(Resource::kServices,
                R"({"metadata":{"name":"a","namespace":"b"},"spec":{},"status":{"loadBalancer":{}}})") ==
        R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"b"},"spec":{}})");
  CHECK(reduced(Resource::kConfigMaps, R"({"metadata":{"name":"a","namespace":"b"},"data":{"k":"v"},)"
                                       R"("binaryData":{"b":"AA=="},"immutable":true,"other":1})") ==
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"b"},"data":{"k":"v"},)"
        R"("binaryData":{"b":"AA=="},"immutable":true})");
  CHECK(
      reduced(
          Resource::kNodes,
          R"({"metadata":{"name":"n","labels":{"l":"m"},"annotations":{"a":"b"},"uid":"u"},)"
          R"("spec":{"providerID":"p","podCIDR":"c","unschedulable":true,"taints":[{"key":"k","effect":"NoExecute"}]},)"
          R"("status":{"images":[{"names":["x"]}],"addresses":[{"type":"InternalIP","address":"10.0.0.9"}]}})") ==
      R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n","labels":{"l":"m"}},)"
      R"("spec":{"taints":[{"key":"k","effect":"NoExecute"}],"unschedulable":true},)"
      R"("status":{"addresses":[{"type":"InternalIP","address":"10.0.0.9"}]}})");
}

TEST_CASE("watch: long annotations are cut away whole") {
  const auto with = [](size_t size) {
    return reduced(Resource::kServices, R"({"metadata":{"name":"a","namespace":"b","annotations":{"k":")" +
                                            std::string(size, 'x') + R"(","l":"m"}}})");
  };
  CHECK(with(kLongestAnnotation).find(std::string(kLongestAnnotation, 'x')) != std::string::npos);
  CHECK(with(kLongestAnnotation + 1) ==
        R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"b","annotations":{"l":"m"}}})");
}

TEST_CASE("watch: what is reduced can be read by the engine's own reader, and keeps identity and version") {
  const auto item = Reducer(Resource::kStatefulSets).item("{" + kMetadata + R"(,"spec":{"replicas":1}})");
  REQUIRE(item);
  CHECK(item->ns == "kafka");
  CHECK(item->name == "broker");
  CHECK(item->version == "7");
  const auto read = brokergate::read(std::make_shared<const brokergate::Source>("x.json", item->json));
  REQUIRE(read.errors.empty());
  REQUIRE(read.documents.size() == 1);
  CHECK(read.documents.front().root()["metadata"]["annotations"]["q"].str() == "\"\\\n\x01é");
}

TEST_CASE("watch: what is no such object is none") {
  for (const std::string text : {"", "[]", "{", "1", "{}", R"({"metadata":{}})", R"({"metadata":{"name":""}})",
                                 R"({"metadata":{"name":1}})", R"({"metadata":{"name":"a"}})", R"({"metadata":[]})",
                                 "{\"metadata\":{\"name\":\"\xff\",\"namespace\":\"b\"}}"}) {
    INFO(text);
    CHECK(reduced(Resource::kServices, text) == "nothing");
  }
  // A Node has no namespace.
  CHECK(reduced(Resource::kNodes, R"({"metadata":{"name":"a","namespace":"b"}})") == "nothing");
  const std::string deep(300, '[');
  CHECK(reduced(Resource::kNodes, R"({"metadata":{"name":"a"},"spec":)" + deep + std::string(300, ']') + "}") ==
        "nothing");
  CHECK(reduced(Resource::kNodes, R"({"metadata":{"name":"a"},"spec":5,"status":"x"})") ==
        R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"a"},"spec":{},"status":{}})");
}

TEST_CASE("watch: events of every kind, and what is none") {
  Reducer reducer(Resource::kNodes);
  const auto added = reducer.event(R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"5"}}})");
  REQUIRE(added);
  CHECK(added->type == EventType::kAdded);
  CHECK(added->item.version == "5");
  CHECK_FALSE(added->item.json.empty());
  const auto deleted = reducer.event(R"({"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"6"}}})");
  REQUIRE(deleted);
  CHECK(deleted->type == EventType::kDeleted);
  CHECK(deleted->item.json.empty());
  const auto mark = reducer.event(R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}})");
  REQUIRE(mark);
  CHECK(mark->type == EventType::kBookmark);
  CHECK(mark->item.version == "9");
  const auto error = reducer.event(R"({"type":"ERROR","object":{"code":410,"message":"too\u001b old"}})");
  REQUIRE(error);
  CHECK(error->type == EventType::kError);
  CHECK(error->code == 410);
  CHECK(error->message == "too  old");
  for (const std::string line :
       {R"({"type":"ADDED","object":{"metadata":{"name":"a"}}})", R"({"type":"BOOKMARK","object":{}})",
        R"({"type":"added","object":{}})", R"({"object":{}})", R"({"type":"ERROR"})", "{}"}) {
    INFO(line);
    CHECK_FALSE(reducer.event(line));
  }
}

namespace {

struct PageRead {
  std::string items, metadata;
  bool complete = false;
  Cut cut = Cut::kFine;
};

PageRead read_page(const std::string& text, size_t piece) {
  PageRead out;
  Page page([&](std::string_view item) {
    out.items += "<" + std::string(item) + ">";
    return true;
  });
  for (size_t at = 0; at < text.size() && out.cut == Cut::kFine; at += piece) {
    out.cut = page.feed(std::string_view(text).substr(at, piece));
  }
  out.complete = page.complete();
  out.metadata = page.metadata();
  return out;
}

}  // namespace

TEST_CASE("watch: a page is cut into its items, however it comes") {
  const std::vector<std::pair<std::string, std::string>> pages = {
      {R"({"kind":"L","metadata":{"resourceVersion":"1","a":{"items":[{}]}},"items":[{"a":"}]\"\\"},{"b":[{}]}]})",
       R"(<{"a":"}]\"\\"}><{"b":[{}]}>)"},
      {" {\n \"items\" : [ ] ,\n\"metadata\": {\"resourceVersion\":\"1\"} } \n", ""},
      {R"({"items":null,"metadata":{"r":1}})", ""},
      {R"({"x":{"items":[{"no":1}]},"items":[{}],"y":["{"],"metadata":{"items":[{}]}})", "<{}>"},
  };
  for (const auto& [text, items] : pages) {
    for (size_t piece = 1; piece <= text.size(); ++piece) {
      const PageRead read = read_page(text, piece);
      INFO(text << " in pieces of " << piece);
      CHECK(read.cut == Cut::kFine);
      CHECK(read.complete);
      CHECK(read.items == items);
      CHECK(read.metadata.front() == '{');
      CHECK(read.metadata.back() == '}');
    }
    // Cut short, it is not taken for complete.
    const size_t last = text.find_last_of('}');
    for (size_t size = 0; size <= last; ++size) CHECK_FALSE(read_page(text.substr(0, size), 7).complete);
  }
}

TEST_CASE("watch: lines are bounded, and cut however they come") {
  const std::string text = "one\n\r\n\ntwo\nthree";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    std::string got;
    Lines lines(
        [&](std::string_view line) {
          got += "<" + std::string(line) + ">";
          return true;
        },
        5);
    for (size_t at = 0; at < text.size(); at += piece)
      CHECK(lines.feed(std::string_view(text).substr(at, piece)) == Cut::kFine);
    CHECK(got == "<one><two>");
    CHECK_FALSE(lines.clean());
    CHECK(lines.feed("\n") == Cut::kFine);
    CHECK(lines.clean());
    CHECK(lines.feed("123456") == Cut::kTooLarge);
  }
  Lines refusing([](std::string_view) { return false; });
  CHECK(refusing.feed("a\n") == Cut::kBroken);
}
