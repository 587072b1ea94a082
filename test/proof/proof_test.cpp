// The claim of the product, checked from outside: what inspect says a broker
// gets is what its container's command really produces, before and after
// mutate; and after mutate --domain every changed broker has a name of its own.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "test/proof/prover.h"
#include "test/proof/shell.h"

using namespace proof;
namespace fs = std::filesystem;

namespace {

const std::string kSource = BROKERGATE_SOURCE_DIR;

}  // namespace

TEST_CASE("the forms of charts do what inspect claims, before and after mutate", "[proof]") {
  Tally tally = Prover(BROKERGATE_BINARY).prove_all(kSource + "/test/proof/manifests");
  INFO(summary(tally));
  CHECK(tally.problems.empty());
  // All of them start, and nothing is proved by not being looked at.
  CHECK(tally.refused == 0);
  CHECK(tally.not_reached == 0);
  CHECK(tally.compared >= 500);
  CHECK(tally.changed_sets >= 24);
  CHECK(tally.own_names >= 59);
}

TEST_CASE("the forms of the real start do what inspect claims, before and after mutate", "[proof]") {
  Tally tally = Prover(BROKERGATE_BINARY).prove_all(kSource + "/test/proof/brokers/manifests");
  INFO(summary(tally));
  CHECK(tally.problems.empty());
  CHECK(tally.files == 5);
  CHECK(tally.changed_sets == 5);
  CHECK(tally.own_names == 15);
  CHECK(tally.refused == 0);
  CHECK(tally.not_reached == 0);
}

TEST_CASE("the demo does what inspect claims, before and after mutate", "[proof]") {
  Tally tally = Prover(BROKERGATE_BINARY).prove_all(kSource + "/deploy/demo");
  INFO(summary(tally));
  CHECK(tally.problems.empty());
  CHECK(tally.not_reached == 0);
  CHECK(tally.changed_sets > 0);
}

TEST_CASE("all fixtures do what inspect claims, before and after mutate", "[proof]") {
  Tally tally = Prover(BROKERGATE_BINARY).prove_all(kSource + "/test/fixtures");
  INFO(summary(tally));
  CHECK(tally.problems.empty());
  CHECK(tally.compared > 700);
  CHECK(tally.changed_sets > 60);
}

TEST_CASE("a program that claims what is not so is found out", "[proof]") {
  Root folder;
  fs::path liar = folder.path() / "liar";
  {
    std::ofstream out(liar);
    // A wrong port in what inspect says; a name that is the same for all in what mutate writes.
    out << "#!/bin/sh\n"
        << shell_quoted(BROKERGATE_BINARY) << " \"$@\" | if [ \"$1\" = inspect ]; then sed 's/:31090\"/:31091\"/'; "
        << "else sed 's/{HOSTNAME}.proof/{POD_SHARED:-events-0}.proof/'; fi\n";
  }
  fs::permissions(liar, fs::perms::owner_all);
  fs::path manifests = folder.path() / "manifests";
  fs::create_directory(manifests);
  fs::copy(kSource + "/test/proof/manifests/export-derived-bind.yaml", manifests);
  Tally tally = Prover(liar.string()).prove_all(manifests.string());
  INFO(summary(tally));
  size_t false_claims = 0, shared_names = 0;
  for (const std::string& problem : tally.problems) {
    false_claims += problem.find("advertised.listeners is claimed to be") != std::string::npos ? 1 : 0;
    shared_names += problem.find("has no name of its own") != std::string::npos ? 1 : 0;
  }
  CHECK(false_claims >= 1);
  CHECK(shared_names == 2);
}

// For manifests that are not in the tree: BROKERGATE_PROOF_MANIFESTS=folder test_proof '[given]'; for another
// program than the one built beside it, BROKERGATE_PROOF_PROGRAM=file.
TEST_CASE("manifests given by hand do what inspect claims", "[.][given]") {
  const char* folder = std::getenv("BROKERGATE_PROOF_MANIFESTS");
  REQUIRE(folder != nullptr);
  const char* program = std::getenv("BROKERGATE_PROOF_PROGRAM");
  Tally tally = Prover(program != nullptr ? program : BROKERGATE_BINARY).prove_all(folder);
  std::string told = summary(tally);
  for (const auto* list : {&tally.without, &tally.unclaimed}) {
    for (const std::string& one : *list) told += "\n" + one;
  }
  WARN(told);
  CHECK(tally.files > 0);
  CHECK(tally.problems.empty());
}
