// The kubelet's environment and $(VAR): kubernetes expand.go and kubelet_pods.go.
#include <chrono>

#include "broker_set_support.h"
#include "rules/kafka/kubelet_env.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/process.h"

using namespace brokerset;

namespace {

struct Env {
  Object object;
  KubeletEnv env;
};

Env env_of(const std::string& container, int64_t ordinal = 2, const std::string& pod = "",
           const std::string& metadata = "namespace: data\n") {
  Manifest manifest = with("name: broker\n" + container);
  manifest.pod = pod;
  manifest.metadata = metadata;
  manifest.labels = "app: kafka\ntier: back\n";
  Env out{load(manifest.yaml()), {}};
  const auto identity = identity_of(out.object, ordinal);
  out.env = kubelet_env(identity.spec["containers"].at(0), identity);
  return out;
}

std::string value(const Env& env, const std::string& name) {
  const EnvEntry* entry = env.env.find(name);
  return entry ? std::string(entry->value) : "<absent>";
}

}  // namespace

TEST_CASE("$(VAR) is replaced when VAR is declared earlier, and stays as it is when later or never") {
  const auto env = env_of(R"Y(
env:
- {name: EARLY, value: "$(A) $(HOSTNAME)"
}
- {
name:
  A, value : one
}
- {
name:
  B, value : "$(A)-$(A)"
}
- {
name:
  C, value : "$(B).$(D)"
}
- {name: D, value: late}
)Y");
  CHECK(value(env, "EARLY") == "$(A) $(HOSTNAME)");
  CHECK(value(env, "B") == "one-one");
  CHECK(value(env, "C") == "one-one.$(D)");
}

TEST_CASE("doubled and single dollars") {
  const auto env = env_of(R"Y(
env:
- {name: A, value: one}
- {name: ESCAPED, value: "$$(A)"
}
- {
name:
  PAIR, value : "a$$b$$"
}
- {
name:
  SHELL, value : "${A} $A $((31090 + ${ID})) $(cut -d- -f2)"
}
- {
name:
  OPEN, value : "$(A"
}
- {
name:
  OPEN_AND_PAIR, value : "$(A $$"
}
- {name: LAST, value: "cost $"}
)Y");
  CHECK(value(env, "ESCAPED") == "$(A)");
  CHECK(value(env, "PAIR") == "a$b$");
  CHECK(value(env, "SHELL") == "${A} $A $((31090 + ${ID})) $(cut -d- -f2)");
  CHECK(value(env, "OPEN") == "$(A");
  CHECK(value(env, "OPEN_AND_PAIR") == "$(A $");
  CHECK(value(env, "LAST") == "cost $");
}

TEST_CASE("of two entries with one name the later counts, and its own value may use the earlier") {
  const auto env = env_of(R"Y(
env:
- {name: A, value: one}
- {name: A, value: "$(A) two"}
- {name: B, value: "$(A)"}
)Y");
  CHECK(value(env, "A") == "one two");
  CHECK(value(env, "B") == "one two");
  CHECK(env.env.entries.size() == 3);
}

TEST_CASE("fields of the pod") {
  const auto env = env_of(R"Y(
env:
- {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
- {name: POD_LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['statefulset.kubernetes.io/pod-name']"}}}
- {name: INDEX, valueFrom: {fieldRef: {fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']"}}}
- {name: TIER, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tier']"}}}
- {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
- {name: HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
- {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
- {name: URL, value: "$(POD).$(NS)/$(IP)"}
)Y");
  CHECK(value(env, "POD") == "kafka-2");
  CHECK(value(env, "NS") == "data");
  CHECK(value(env, "POD_LABEL") == "kafka-2");
  CHECK(value(env, "INDEX") == "2");
  CHECK(value(env, "TIER") == "back");
  CHECK(value(env, "IP") == runtime_atom("podIP"));
  CHECK(value(env, "HOST") == runtime_atom("hostIP"));
  CHECK(value(env, "NODE") == runtime_atom("nodeName"));
  CHECK(display(value(env, "URL")) == "kafka-2.data/<podIP>");
}

TEST_CASE("what the manifest does not hold is unknown, with the reason") {
  const auto env = env_of(R"Y(
envFrom:
- configMapRef: {name: shared}
- {prefix: DB_, secretRef: {name: login}}
env:
- {name: A, valueFrom: {configMapKeyRef: {name: settings, key: id}}}
- {name: B, valueFrom: {secretKeyRef: {name: passwords, key: kafka}}}
- {name: C, value: "x-$(A)"
}
- {
name:
  D, value : "$(NEVER_DECLARED)"
}
- {name: E, valueFrom: {fieldRef: {fieldPath: "metadata.labels['given-later']"}}}
)Y");
  CHECK(unknown_reason(value(env, "A")) == "it comes from key id of ConfigMap settings, which is not in the input");
  CHECK(unknown_reason(value(env, "B")) == "it comes from key kafka of Secret passwords, which is not read");
  CHECK(display(value(env, "C")) == "x-<?>");
  CHECK(unknown_reason(value(env, "D")) ==
        "NEVER_DECLARED may come from ConfigMap shared (envFrom), which is not in the input");
  CHECK(unknown_reason(value(env, "E")) == "label \"given-later\" is not in the pod template");
}

TEST_CASE("an envFrom prefix limits what it may define") {
  const auto env =
      env_of("envFrom:\n- {prefix: DB_, secretRef: {name: login}}\nenv:\n- {name: A, value: \"$(HOST)\"}\n");
  CHECK(value(env, "A") == "$(HOST)");
  REQUIRE(env.env.possible_source("DB_USER"));
  CHECK(env.env.possible_source("KAFKA_LISTENERS") == nullptr);
}

TEST_CASE("a name that looks like a service link is unknown unless links are off") {
  const std::string container = "env:\n- {name: A, value: \"$(ZK_SERVICE_HOST)\"}\n";
  CHECK(has_unknown(value(env_of(container), "A")));
  CHECK(value(env_of(container, 2, "enableServiceLinks: false\n"), "A") == "$(ZK_SERVICE_HOST)");
}

TEST_CASE("without a namespace in the manifest the namespace is a run-time value") {
  const auto env =
      env_of("env:\n- {name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}\n", 0, "", "labels: {a: b}\n");
  CHECK(value(env, "NS") == runtime_atom("namespace"));
}

TEST_CASE("an entry whose value is written as a number is read as its text") {
  CHECK(value(env_of("env:\n- {name: PORT, value: 9092}\n"), "PORT") == "9092");
}

TEST_CASE("references that double with every entry end in an unknown, not in memory") {
  std::string list = "env:\n- {name: V0, value: xxxxxxxxxxxxxxxx}\n";
  for (int i = 1; i < 64; ++i) {
    const std::string before = "$(V" + std::to_string(i - 1) + ")";
    list += "- {name: V" + std::to_string(i) + ", value: \"" + before + before + "\"}\n";
  }
  const auto env = env_of(list);
  CHECK(value(env, "V3") == std::string(16 * 8, 'x'));
  CHECK(has_unknown(value(env, "V63")));
  size_t total = 0;
  for (const auto& entry : env.env.entries) total += entry.value.size();
  CHECK(total < 3 * kMaxEnvironment);
}

TEST_CASE("long lists are looked up by name as short ones are") {
  std::string list = "env:\n";
  for (int i = 0; i < 200; ++i)
    list += "- {name: V" + std::to_string(i % 100) + ", value: \"" + std::to_string(i) + "\"}\n";
  list += "- {name: LAST, value: \"$(V0) $(V99) $(V100)\"}\n";
  CHECK(value(env_of(list), "LAST") == "100 199 $(V100)");
}

TEST_CASE("an expanded text knows where its bytes came from") {
  const auto env = env_of("env:\n- {name: A, value: longer-than-its-name}\n");
  const std::string text = "x $(A) y $$ z";
  const Expanded expanded = expand(text, env.env);
  CHECK(expanded.text == "x longer-than-its-name y $ z");
  uint32_t at = 0;
  REQUIRE(expanded.source_offset(static_cast<uint32_t>(expanded.text.find('y')), false, &at));
  CHECK(text[at] == 'y');
  REQUIRE(expanded.source_offset(static_cast<uint32_t>(expanded.text.size()), true, &at));
  CHECK(at == text.size());
  CHECK_FALSE(expanded.source_offset(5, false, &at));
}

TEST_CASE("has_reference sees names only") {
  CHECK(has_reference("a$(POD_NAME)b"));
  CHECK_FALSE(has_reference("a$$(POD_NAME)b"));
  CHECK_FALSE(has_reference("$((1 + 2))"));
  CHECK_FALSE(has_reference("$(hostname | cut -d- -f2)"));
  CHECK_FALSE(has_reference("${POD_NAME}"));
  CHECK_FALSE(has_reference("$(POD_NAME"));
}

TEST_CASE("where bytes of a text of very many pieces came from is found at once") {
  const auto env = env_of("env: []\n");
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "$$";
  text += "end";
  const Expanded expanded = expand(text, env.env);
  const auto place = static_cast<uint32_t>(expanded.text.size());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 30'000; ++i) {
    uint32_t at = 0;
    REQUIRE(expanded.source_offset(place, true, &at));
    REQUIRE(at == text.size());
    REQUIRE(expanded.source_offset(place - 1, false, &at));
    REQUIRE(text[at] == 'd');
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}
