// Colour only for people: the real program on a real pseudo terminal.
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "catch.h"
#include "program.h"

using namespace brokergate::test;

namespace {

// A new pseudo terminal. A root made by hand may lack /dev/pts; its superuser
// can have one of its own, which no other process sees.
int open_terminal() {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master >= 0) return master;
  static const Folder mounted;
  const std::string place = mounted.path().string();
  if (::unshare(CLONE_NEWNS) != 0) return -1;
  if (::mount("devpts", place.c_str(), "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666") != 0) return -1;
  const int own = ::open((place + "/ptmx").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  ::umount2(place.c_str(), MNT_DETACH);
  return own;
}

// Runs with stdout and stderr on a terminal; what it showed.
std::string on_terminal(const std::vector<std::string>& arguments, const Environment& environment) {
  const int master = open_terminal();
  INFO("a pseudo terminal needs /dev/pts, or the right to mount one");
  REQUIRE(master >= 0);
  const int unlocked = 0;
  REQUIRE(::ioctl(master, TIOCSPTLCK, &unlocked) == 0);
  const int terminal = ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(terminal >= 0);
  std::vector<const char*> argv{BROKERGATE_BINARY};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(terminal, 1);
    ::dup2(terminal, 2);
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    ::unsetenv("BROKERGATE_POLICY");
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(argv[0], const_cast<char* const*>(argv.data()));
    ::_exit(127);
  }
  ::close(terminal);
  std::string out;
  char buffer[4096];
  // Reading fails once the last holder of the terminal has gone.
  for (ssize_t got = ::read(master, buffer, sizeof buffer); got > 0; got = ::read(master, buffer, sizeof buffer)) {
    out.append(buffer, static_cast<size_t>(got));
  }
  ::close(master);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  return out;
}

bool coloured(const std::string& text) { return text.find("\x1b[") != std::string::npos; }

}  // namespace

TEST_CASE("colour follows the terminal, NO_COLOR, TERM and --color") {
  Folder folder;
  const std::string file = folder.write("service.yaml", broker_service("kafka-0-external"));
  CHECK(coloured(on_terminal({"lint", file}, {})));
  CHECK_FALSE(coloured(on_terminal({"lint", file}, {{"NO_COLOR", "1"}})));
  CHECK(coloured(on_terminal({"lint", file}, {{"NO_COLOR", ""}})));
  CHECK_FALSE(coloured(on_terminal({"lint", file}, {{"TERM", "dumb"}})));
  CHECK_FALSE(coloured(on_terminal({"lint", "--color", "never", file}, {})));
  CHECK(coloured(on_terminal({"lint", "--color=always", file}, {{"NO_COLOR", "1"}})));
  CHECK_FALSE(coloured(run_program({"lint", file}).out));
  CHECK(coloured(run_program({"lint", "--color", "always", file}).out));
  CHECK_FALSE(coloured(run_program({"lint", "--color", "always", "-o", "json", file}).out));
}
