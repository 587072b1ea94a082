// -o FORMAT=FILE: a report is there whole or the one before still is, and what is no regular file is written as ever.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "catch.h"
#include "program.h"

using namespace brokergate::test;
using nlohmann::json;

namespace {

const std::string kManifest = broker_service("kafka-0-external");

bool is_report(const std::string& text) { return json::parse(text)["schema"] == "brokergate.io/findings/v1"; }

// With what a shell opens for it; the exit code.
int run_in_shell(const Folder& folder, const std::string& line) {
  const std::string all = "cd '" + folder.path().string() + "' && '" BROKERGATE_BINARY "' " + line;
  const int status = std::system(all.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a report that cannot be written leaves the one before, at every verb that writes one") {
  Folder folder;
  folder.write("service.yaml", kManifest);
  const std::string report = folder.write("report.json", "the one before");
  for (const char* verb : {"lint", "audit"}) {
    Outcome outcome;
    {
      const SmallFiles full(64);
      outcome = run_program({verb, "-o", "json=report.json", "service.yaml"}, "", {}, folder.path());
    }
    INFO(verb << ": " << outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("cannot write report.json: cannot be written: File too large\n") != std::string::npos);
    CHECK(folder.read("report.json") == "the one before");
  }
  CHECK(entries_of(folder) == 2);
}

TEST_CASE("a report replaces the one before and keeps its mode") {
  Folder folder;
  folder.write("service.yaml", kManifest);
  const std::string report = folder.write("report.json", "the one before");
  ::chmod(report.c_str(), 0604);
  struct stat before {
  }, after{};
  REQUIRE(::stat(report.c_str(), &before) == 0);
  const auto lint = [&](const std::string& file) {
    return run_program({"lint", "-o", "json=" + file, "service.yaml"}, "", {}, folder.path());
  };
  SECTION("by its name") { CHECK(lint("report.json").code == 1); }
  SECTION("through a symbolic link, which stays one") {
    folder.write("links/keep", "");
    std::filesystem::create_symlink("../report.json", folder.path() / "links/link.json");
    CHECK(lint("links/link.json").code == 1);
    CHECK(std::filesystem::is_symlink(folder.path() / "links/link.json"));
    std::filesystem::remove_all(folder.path() / "links");
  }
  REQUIRE(::stat(report.c_str(), &after) == 0);
  CHECK(after.st_ino != before.st_ino);  // renamed into place, never written over
  CHECK(mode_of(report) == 0604);
  CHECK(is_report(folder.read("report.json")));
  CHECK(entries_of(folder) == 2);
}

TEST_CASE("a new report has the mode that umask leaves, also where a link leads to it") {
  Folder folder;
  folder.write("service.yaml", kManifest);
  std::filesystem::create_directory(folder.path() / "reports");
  std::filesystem::create_symlink("reports/new.json", folder.path() / "link.json");
  const mode_t before = ::umask(027);
  const Outcome outcome = run_program(
      {"lint", "-o", "json=link.json", "-o", "openreports=reports/open.yaml", "service.yaml"}, "", {}, folder.path());
  ::umask(before);
  INFO(outcome.err);
  CHECK(outcome.code == 1);
  CHECK(std::filesystem::is_symlink(folder.path() / "link.json"));
  CHECK(is_report(folder.read("reports/new.json")));
  CHECK(mode_of(folder.path() / "reports/new.json") == 0640);
  CHECK(mode_of(folder.path() / "reports/open.yaml") == 0640);
  const Outcome nowhere = run_program({"lint", "-o", "json=absent/x", "service.yaml"}, "", {}, folder.path());
  CHECK(nowhere.code == 2);
  CHECK(nowhere.err.find("cannot write absent/x: ") != std::string::npos);
  CHECK(nowhere.err.find("No such file or directory\n") != std::string::npos);
}

TEST_CASE("a report goes into a pipe") {
  Folder folder;
  folder.write("service.yaml", kManifest);
  REQUIRE(::mkfifo(folder.name("pipe").c_str(), 0600) == 0);
  // Open before the program is, so that neither waits for the other; a report fits into a pipe.
  const int reader = ::open(folder.name("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  const Outcome outcome = run_program({"lint", "-o", "json=pipe", "service.yaml"}, "", {}, folder.path());
  std::string got(65536, '\0');
  const ssize_t size = ::read(reader, got.data(), got.size());
  ::close(reader);
  CHECK(outcome.code == 1);
  REQUIRE(size > 0);
  got.resize(static_cast<size_t>(size));
  CHECK(is_report(got));
  CHECK(std::filesystem::is_fifo(folder.path() / "pipe"));
  CHECK(entries_of(folder) == 2);
}

TEST_CASE("a report goes to /dev/stdout and /dev/fd/3, whatever they are") {
  Folder folder;
  folder.write("service.yaml", kManifest);
  SECTION("a pipe") {
    const Outcome outcome =
        run_program({"lint", "-o", "json=/dev/stdout", "-o", "text=/dev/null", "service.yaml"}, "", {}, folder.path());
    CHECK(outcome.code == 1);
    CHECK(outcome.out.starts_with("{"));
  }
  SECTION("a file that has something already: it is added to, in place") {
    folder.write("out", "before\n");
    CHECK(run_in_shell(folder, "lint -o text -o json=/dev/stdout service.yaml >>out") == 1);
    const std::string out = folder.read("out");
    CHECK(out.starts_with("before\nservice.yaml:"));
    REQUIRE(out.find("\n{") != std::string::npos);
    CHECK(is_report(out.substr(out.find("\n{"))));
  }
  SECTION("a file that the shell goes on with") {
    CHECK(run_in_shell(folder, "lint -o text=/dev/null -o json=/dev/fd/3 service.yaml 3>out >/dev/null") == 1);
    CHECK(is_report(folder.read("out")));
    CHECK(run_in_shell(folder, "version >/dev/null; { '" BROKERGATE_BINARY
                               "' lint -o json=/dev/fd/3 service.yaml >/dev/null; echo after >&3; } 3>out") == 0);
    CHECK(folder.read("out").ends_with("}\nafter\n"));
  }
}
