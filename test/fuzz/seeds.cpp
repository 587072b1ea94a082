// What each target begins with, made of the project's own fixtures, and the words they
// are written in: fuzz_seeds FOLDER writes FOLDER/TARGET/… and FOLDER/TARGET.dict.
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "brokergate/rule.h"
#include "certs/authority.h"
#include "cli/verbs/create_review.h"
#include "fuzz/common.h"

using namespace brokergate;
namespace fs = std::filesystem;

namespace {

// The same as run.sh's -max_len: what is longer would be cut.
constexpr size_t kLongest = 8192;

const fs::path kTests = fs::path(BROKERGATE_SOURCE_DIR) / "test";

std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

std::vector<fs::path> files_below(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) out.push_back(entry.path());
  }
  return out;
}

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, const std::string& text) {
    if (text.size() > kLongest || !known_[target].insert(text).second) return;
    fs::create_directories(folder_ / target);
    std::ofstream(folder_ / target / std::to_string(known_[target].size()), std::ios::binary) << text;
  }
  void word(const std::string& target, std::string_view text) {
    // libFuzzer takes words of up to 64 bytes.
    if (text.size() >= 2 && text.size() <= 60) words_[target].insert(std::string(text));
  }
  void write_words() const {
    for (const auto& [target, words] : words_) {
      std::ofstream out(folder_ / (target + ".dict"));
      for (const std::string& word : words) {
        out << '"';
        for (const char c : word) {
          char hex[5];
          std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
          out << hex;
        }
        out << "\"\n";
      }
    }
  }

 private:
  fs::path folder_;
  std::map<std::string, std::set<std::string>> known_, words_;
};

void add_words(const Node& node, Seeds& seeds) {
  if (!node.key.empty()) {
    seeds.word("yaml", std::string(node.key) + ": ");
    seeds.word("review", "\"" + std::string(node.key) + "\":");
  }
  if (node.kind == Kind::kString) {
    seeds.word("yaml", node.text);
    seeds.word("review", fuzz::json_string(node.text));
  }
  for (const Node& child : Value(&node).children()) add_words(child, seeds);
}

void add_scripts(const Node& node, Seeds& seeds) {
  if (node.kind == Kind::kString && node.text.find_first_of("\n;&|$") != std::string_view::npos) {
    const std::string text(node.text);
    for (const char* place : {"a", "T"}) seeds.add("shell", place + text);
  }
  if (node.kind == Kind::kString && node.text.find("listeners=") != std::string_view::npos) {
    seeds.add("listeners", "d" + std::string(node.text));
  }
  if (node.kind == Kind::kString && node.text.find("://") != std::string_view::npos && node.text.size() < 300) {
    seeds.add("listeners", "a" + std::string(node.text));
    seeds.add("listeners", "b" + std::string(node.text) + "\n" + std::string(node.text));
    seeds.word("listeners", node.text);
    seeds.word("shell", node.text);
  }
  for (const Node& child : Value(&node).children()) add_scripts(child, seeds);
}

// `old` is empty for a CREATE.
void add_reviews(const Bundle& bundle, const Bundle* old, Seeds& seeds) {
  for (size_t i = 0; i < bundle.objects.size(); ++i) {
    std::string review = cli::create_review(bundle.objects[i], i);
    if (old && i < old->objects.size()) {
      review.replace(review.find("\"CREATE\""), 8, "\"UPDATE\"");
      const size_t at = review.rfind("\"oldObject\":null");
      review.replace(at + 12, 4, to_json(old->objects[i].root));
    }
    seeds.add("review", review);
    const std::string length = std::to_string(review.size());
    for (const char* path : {"/validate", "/mutate?timeout=10s"}) {
      const std::string head = "POST " + std::string(path) +
                               " HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: "
                               "application/json\r\nAccept-Encoding: gzip\r\nContent-Length: ";
      if (i == 0 && review.size() < 2000) seeds.add("http", "@" + head + length + "\r\n\r\n" + review);
    }
  }
}

void add_policy(const std::string& manifest, Seeds& seeds) {
  std::string spec;
  std::istringstream lines(manifest);
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view kMark = "# POLICY: ";
    if (line.starts_with(kMark)) spec += "  " + line.substr(kMark.size()) + "\n";
  }
  if (spec.empty()) return;
  seeds.add("policy", "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec:\n" + spec);
}

void add_manifests(Seeds& seeds) {
  std::vector<fs::path> files = files_below(kTests / "fixtures", ".yaml");
  for (const char* folder : {"test/proof", "test/e2e/manifests", "deploy/demo"}) {
    const auto more = files_below(fs::path(BROKERGATE_SOURCE_DIR) / folder, ".yaml");
    files.insert(files.end(), more.begin(), more.end());
  }
  for (const fs::path& file : files) {
    const std::string text = text_of(file);
    seeds.add("yaml", text);
    add_policy(text, seeds);
    const Bundle bundle = fuzz::bundle_of(std::make_shared<const Source>("seed.yaml", text));
    fs::path before = file;
    before.replace_extension(".old.yaml");
    const bool update = fs::exists(before);
    const Bundle old = fuzz::bundle_of(std::make_shared<const Source>("old.yaml", update ? text_of(before) : ""));
    add_reviews(bundle, update ? &old : nullptr, seeds);
    for (const Object& object : bundle.objects) {
      add_words(*object.root.node(), seeds);
      add_scripts(*object.root.node(), seeds);
    }
  }
  seeds.add("policy", text_of(fs::path(BROKERGATE_SOURCE_DIR) / "deploy/demo/policy.yaml"));
  for (const std::string_view rule : rule_ids()) seeds.word("policy", rule);
  for (const char* key :
       {"mode: ",          "onExisting: ",  "domain: ",      "hostname: ",     "listener: ",     "exposure: ",
        "nodePortRange: ", "internal: ",    "preemptible: ", "externalDNS: ",  "kafkaVersion: ", "kubernetesVersion: ",
        "inject: ",        "match: ",       "rules: ",       "suppressions: ", "{pod}",          "{ordinal}",
        "{domain}",        "{statefulset}", "{namespace}",   "+{ordinal}",     "expires: ",      "reason: ",
        "object: ",        "rule: "}) {
    seeds.word("policy", key);
  }
}

void add_scripts_of_tests(Seeds& seeds) {
  for (const char* file : {"shell_cases_posix.txt", "shell_cases_bash.txt"}) {
    std::istringstream lines(text_of(kTests / "unit/kafka" / file));
    std::string script;
    for (std::string line; std::getline(lines, line);) {
      if (line != "----") {
        script += line + "\n";
        continue;
      }
      for (const char* place : {"P", "L", "D"}) seeds.add("shell", place + script);
      std::istringstream words(script);
      for (std::string word; words >> word;) seeds.word("shell", word);
      script.clear();
    }
  }
  seeds.add("shell", "Pexport KAFKA_BROKER_ID=${HOSTNAME##*-} && exec /etc/confluent/docker/run\n");
}

void add_requests(Seeds& seeds) {
  const std::string host = " HTTP/1.1\r\nHost: x\r\n";
  for (const char* path : {"/livez", "/readyz", "/metrics", "/"})
    seeds.add("http", "A" + ("GET " + (path + host)) + "\r\n");
  const std::string post = "POST /validate" + host + "Content-Type: application/json\r\n";
  seeds.add("http", "@" + post + "Content-Length: 2\r\n\r\n{}" + post + "Content-Length: 2\r\n\r\n[]");
  seeds.add("http", "@" + post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  seeds.add("http", "@" + post + "Content-Length: 4\r\nConnection: close\r\n\r\nnull");
  seeds.add("http", "@" + post + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnull");
  seeds.add("http", "@" + post + "X: " + std::string(7000, 'x') + "\r\nContent-Length: 0\r\n\r\n");
  std::string many = post;
  for (int i = 0; i < 70; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  seeds.add("http", "@" + many + "\r\n");
  for (const char* word : {"\r\n",
                           "\r\n\r\n",
                           "GET ",
                           "POST ",
                           "PUT ",
                           "HEAD ",
                           " HTTP/1.1\r\n",
                           " HTTP/1.0\r\n",
                           "Host: ",
                           "Content-Length: ",
                           "Content-Type: application/json\r\n",
                           "Transfer-Encoding: chunked\r\n",
                           "Connection: close\r\n",
                           "Connection: keep-alive\r\n",
                           "Expect: 100-continue\r\n",
                           "Upgrade: h2c\r\n",
                           "Range: bytes=0-1\r\n",
                           "Content-Encoding: gzip\r\n",
                           "/validate",
                           "/mutate",
                           "/livez",
                           "/readyz",
                           "/metrics",
                           "?timeout=10s",
                           "?timeout=",
                           "Content-Type: multipart/form-data",
                           "REMOTE_ADDR: ",
                           "Accept-Encoding: gzip, br\r\n",
                           "X-HTTP-Method-Override: "}) {
    seeds.word("http", word);
  }
}

void add_listeners(Seeds& seeds) {
  const std::string text =
      "INTERNAL://:9092,EXTERNAL://[::]:9094\nINTERNAL://$(POD_NAME).k:9092,EXTERNAL://kafka-0.example.com:9094\n"
      "INTERNAL:PLAINTEXT,EXTERNAL:SASL_SSL,CONTROLLER:PLAINTEXT\n";
  for (const char* place : {"@", "A", "B", "C", "H", "P"}) seeds.add("listeners", place + text);
  seeds.add("listeners",
            "Dbroker.id=0\nlisteners=PLAINTEXT://:9092,\\\n  EXTERNAL://:9094\n#advertised.listeners=A://b:1\n"
            "advertised.listeners: PLAINTEXT://\\u0061:9092\nlistener.security.protocol.map=A:SSL\n");
  for (const char* word : {"listeners=",
                           "advertised.listeners=",
                           "listener.security.protocol.map=",
                           "process.roles=",
                           "controller.listener.names=",
                           "inter.broker.listener.name=",
                           "node.id=",
                           "broker.id=",
                           "controller.quorum.voters=",
                           "PLAINTEXT://",
                           "EXTERNAL://",
                           ":SSL",
                           ":SASL_PLAINTEXT",
                           "$(POD_NAME)",
                           "$(POD_IP)",
                           "_{HOSTNAME}",
                           "[::1]:",
                           ":9092",
                           ":-1",
                           "\\u0020",
                           "\\\n",
                           "0.0.0.0"}) {
    seeds.word("listeners", word);
  }
}

bool add_certificates(Seeds& seeds) {
  const int64_t now = std::time(nullptr);
  const auto authority = certs::make_authority(now, 30);
  if (!authority) return false;
  certs::Names names;
  names.dns = {"brokergate.guard.svc", "*.example.com"};
  names.addresses = {"127.0.0.1", "::1"};
  const auto leaf = certs::make_leaf(*authority, names, now, 10);
  if (!leaf) return false;
  const std::string own = certs::pem_of(authority->certificate), key = certs::pem_of(authority->key);
  seeds.add("certificates", own);
  seeds.add("certificates", own + key);
  seeds.add("certificates", certs::pem_of(leaf->certificate) + own + certs::pem_of(leaf->key));
  seeds.add("certificates", key);
  for (const char* word :
       {"-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n",
        "-----END PRIVATE KEY-----\n", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN TRUSTED CERTIFICATE-----\n", "-----BEGIN EC PRIVATE KEY-----\n", "Proc-Type: 4,ENCRYPTED\n",
        "-----BEGIN X509 CRL-----\n"}) {
    seeds.word("certificates", word);
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return std::fputs("usage: fuzz_seeds FOLDER\n", stderr), 2;
  Seeds seeds(arguments[1]);
  add_manifests(seeds);
  add_scripts_of_tests(seeds);
  add_requests(seeds);
  add_listeners(seeds);
  if (!add_certificates(seeds)) return std::fputs("no certificates could be made\n", stderr), 1;
  seeds.write_words();
  return 0;
}
