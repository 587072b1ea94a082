// Bad input: what is said, where it points, and that the run ends well.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "catch.h"
#include "program.h"

using namespace brokergate::test;

namespace {

const std::string kGood = broker_service("kafka-0-external", "networking.gke.io/load-balancer-type: Internal");

Outcome lint(const Folder& folder, const std::vector<std::string>& paths) {
  std::vector<std::string> arguments{"lint"};
  arguments.insert(arguments.end(), paths.begin(), paths.end());
  return run_program(arguments, "", {}, folder.path());
}

}  // namespace

TEST_CASE("paths that lead nowhere") {
  Folder folder;
  folder.write("empty/readme.txt", "nothing");
  std::filesystem::create_symlink("gone.yaml", folder.path() / "dangling.yaml");
  CHECK(lint(folder, {"absent.yaml"}).err == "absent.yaml: error: No such file or directory\n");
  CHECK(lint(folder, {"dangling.yaml"}).err == "dangling.yaml: error: No such file or directory\n");
  CHECK(lint(folder, {"empty"}).err ==
        "empty: error: no manifest in this directory (looked for *.yaml, *.yml and *.json at every depth)\n");
  CHECK(lint(folder, {"absent.yaml"}).code == 2);
  CHECK(lint(folder, {"empty"}).code == 2);
  CHECK(lint(folder, {"."}).err == "./dangling.yaml: error: a symbolic link that leads nowhere\n");
}

TEST_CASE("an unreadable file does not hide the others") {
  if (::geteuid() == 0) {
    // Nothing is unreadable for root; a directory where a file was named is.
    Folder folder;
    folder.write("bad.yaml/x", "");
    folder.write("good.yaml", broker_service("kafka-0-external"));
    const Outcome outcome = lint(folder, {"bad.yaml", "good.yaml"});
    CHECK(outcome.code == 1);
    CHECK(outcome.err.starts_with("bad.yaml: error: no manifest in this directory"));
  } else {
    Folder folder;
    const std::string secret = folder.write("secret.yaml", kGood);
    folder.write("good.yaml", broker_service("kafka-0-external"));
    ::chmod(secret.c_str(), 0);
    const Outcome outcome = lint(folder, {"secret.yaml", "good.yaml"});
    CHECK(outcome.code == 1);
    CHECK(outcome.err == "secret.yaml: error: Permission denied\n");
  }
}

TEST_CASE("an error points into the source") {
  Folder folder;
  folder.write("tab.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n\tname: x\n");
  const Outcome outcome = lint(folder, {"tab.yaml"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err.starts_with("tab.yaml:4:1: error: "));
  CHECK(outcome.err.ends_with("    4 |     name: x\n      | ^\n"));
}

TEST_CASE("inputs without anything in them") {
  Folder folder;
  folder.write("empty.yaml", "");
  folder.write("comments.yaml", "# nothing\n---\n");
  folder.write("values.yaml", "image:\n  tag: 1\n");
  folder.write("comma.yaml", ",");
  CHECK(lint(folder, {"empty.yaml"}).err == "empty.yaml:1:1: error: there is no document in it\n");
  CHECK(lint(folder, {"comments.yaml"}).err.starts_with("comments.yaml:1:1: error: there is no document in it\n"));
  CHECK(lint(folder, {"values.yaml"})
            .err.starts_with("values.yaml:1:1: error: not a Kubernetes object: it has no apiVersion and kind\n"));
  CHECK(lint(folder, {"comma.yaml"}).err.starts_with("comma.yaml:1:1: error: "));
  for (const char* file : {"empty.yaml", "comments.yaml", "values.yaml", "comma.yaml"}) {
    CHECK(lint(folder, {file}).code == 2);
  }
  CHECK(run_program({"lint"}, "").err == "<stdin>:1:1: error: there is no document in it\n");
}

TEST_CASE("files of a folder that are no manifests are named, not refused") {
  Folder folder;
  folder.write("k/values.yaml", "image: x\n");
  folder.write("k/service.yaml", kGood);
  folder.write("k/.hidden.yaml", "a: [");
  folder.write("k/.git/config.yaml", "a: [");
  const Outcome outcome = lint(folder, {"k"});
  CHECK(outcome.code == 0);
  CHECK(outcome.err == "brokergate: note: no Kubernetes object in k/values.yaml\n");
  std::filesystem::remove(folder.path() / "k/service.yaml");
  const Outcome nothing = lint(folder, {"k"});
  CHECK(nothing.code == 2);
  CHECK(nothing.err.find("k: error: no Kubernetes object in any of the files\n") != std::string::npos);
}

TEST_CASE("unrendered Helm charts are named as such") {
  Folder folder;
  folder.write("chart/Chart.yaml", "apiVersion: v2\nname: kafka\nversion: 1.0.0\n");
  folder.write("chart/values.yaml", "a: 1\n");
  folder.write("chart/templates/service.yaml",
               "apiVersion: v1\nkind: Service\nmetadata:\n  name: \"{{ .Release.Name }}\"\n");
  folder.write("loose.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n");
  const Outcome chart = lint(folder, {"chart"});
  CHECK(chart.code == 2);
  CHECK(chart.err ==
        "chart/Chart.yaml: error: an unrendered Helm chart; render it and check the result: helm template NAME chart | "
        "brokergate lint -\n");
  const Outcome quoted = lint(folder, {"chart/templates/service.yaml"});
  CHECK(quoted.code == 2);
  CHECK(quoted.err.starts_with("chart/templates/service.yaml:4:10: error: this is an unrendered Helm template;"));
  const Outcome loose = lint(folder, {"loose.yaml"});
  CHECK(loose.code == 2);
  CHECK(loose.err.find("Helm") != std::string::npos);
  CHECK(loose.err.starts_with("loose.yaml:4:"));
}

TEST_CASE("loops of links, pipes and devices in a folder do no harm") {
  Folder folder;
  folder.write("a/service.yaml", kGood);
  std::filesystem::create_directory_symlink("..", folder.path() / "a/up");
  std::filesystem::create_symlink("service.yaml", folder.path() / "a/again.yaml");
  std::filesystem::create_symlink("/dev/zero", folder.path() / "a/device.yaml");
  REQUIRE(::mkfifo((folder.path() / "a/pipe.yaml").c_str(), 0600) == 0);
  const Outcome outcome = lint(folder, {"a"});
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(outcome.out.starts_with("1 object, "));
}

TEST_CASE("more than the limit is refused before it is read") {
  Folder folder;
  const std::string sparse = folder.write("sparse.yaml", "");
  std::filesystem::resize_file(sparse, size_t{50} << 20);
  const Outcome file = lint(folder, {"sparse.yaml"});
  CHECK(file.code == 2);
  CHECK(file.err == "sparse.yaml: error: too large: more than 32 MiB; split it into several files\n");
  const Outcome device = lint(folder, {"/dev/zero"});
  CHECK(device.code == 2);
  CHECK(device.err == "/dev/zero: error: too large: more than 32 MiB; split it into several files\n");
}

TEST_CASE("a hostile name or line cannot steer the terminal") {
  Folder folder;
  folder.write("a\x1b[31m.yaml", "a: \x1b[2J [");
  const Outcome outcome = lint(folder, {"a\x1b[31m.yaml"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err.find('\x1b') == std::string::npos);
}

TEST_CASE("a bad policy is told with all that is wrong") {
  Folder folder;
  folder.write("policy.yaml",
               "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: x}\nspec:\n"
               "  domian: kafka.example.com\n  mode: loud\n");
  folder.write("service.yaml", kGood);
  for (const char* verb : {"lint", "mutate", "inspect", "review"}) {
    const Outcome outcome = run_program({verb, "--policy", "policy.yaml", "service.yaml"}, "", {}, folder.path());
    INFO(verb << outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find("policy.yaml:5:3: error: ") != std::string::npos);
    CHECK(outcome.err.find("domain") != std::string::npos);
    CHECK(outcome.err.find("    5 |   domian: kafka.example.com\n      |   ^\n") != std::string::npos);
    CHECK(outcome.err.find("policy.yaml:6:9: error: ") != std::string::npos);
  }
  const Outcome absent = run_program({"lint", "--policy", "none.yaml", "service.yaml"}, "", {}, folder.path());
  CHECK(absent.code == 2);
  CHECK(absent.err == "none.yaml: error: cannot read the policy: No such file or directory\n");
}

TEST_CASE("documents without end that are no objects are counted, not listed") {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "---\na: 1\n";
  const Outcome outcome = run_program({"lint", "-"}, text);
  CHECK(outcome.code == 2);
  CHECK(outcome.err.size() < 3000);
  CHECK(outcome.err.find("more documents that are not Kubernetes objects\n") != std::string::npos);
}
