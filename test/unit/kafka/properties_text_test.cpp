// A properties file that the script writes: as java.util.Properties reads it, and
// what happens when part of it cannot be known.
#include "broker_set_support.h"

using namespace brokerset;

namespace {

// `lines` is the body of a script that writes /tmp/s.properties.
Broker started(const std::string& lines) {
  return Broker(with("name: broker\nimage: confluentinc/cp-kafka:7.5.0\ncommand:\n- bash\n- -c\n- |\n" +
                     indent(lines + "exec kafka-server-start.sh /tmp/s.properties\n", 2)));
}

const std::string kKnown = "cat > /tmp/s.properties <<EOF\nlisteners=A://:1\nadvertised.listeners=A://h:1\nEOF\n";

// One file out of `text`, quoted so that the shell leaves it alone.
std::string advertised_in(const std::string& text) {
  return started("cat > /tmp/s.properties <<'EOF'\n" + text + "EOF\n").advertised();
}

}  // namespace

TEST_CASE("text that is not known behind known lines makes them unknown") {
  for (const char* lines : {
           "cat /config/x >> /tmp/s.properties\n",
           "env | grep ^KAFKA_ | sed 's/x/y/' >> /tmp/s.properties\n",
           "cat /tmp/s.properties /config/x > /tmp/u; cp /tmp/u /tmp/s.properties\n",
           "{ cat /tmp/s.properties; cat /config/x; } > /tmp/u; mv /tmp/u /tmp/s.properties\n",
           "echo \"$(cat /config/x)\" >> /tmp/s.properties\n",
           "cat /config/x >> /tmp/y/../s.properties\n",
           "cat /config/x >> /tmp/./s.properties\n",
           "cd /tmp; cat /config/x >> s.properties\n",
           "exec 3>>/tmp/s.properties; cat /config/x >&3\n",
           "exec 3>>/tmp/s.properties; exec 4>&3; cat /config/x >&4\n",
           "exec >>/tmp/s.properties; cat /config/x\n",
           "exec 3>&1 >>/tmp/s.properties; cat /config/x; exec >&3\n",
           "{ cat /config/x >&3; } 3>>/tmp/s.properties\n",
           "echo x >> \"$(cat /config/name)\"\n",
           "some-tool /tmp/s.properties\n",
       }) {
    INFO(lines);
    const Broker broker = started(kKnown + lines);
    CHECK(broker->form_id == "unknown-form");
    CHECK(broker.advertised().find("<unknown>: the file /tmp/s.properties cannot be read: ") == 0);
    CHECK(broker.property("listeners").find("<unknown>: ") == 0);
  }
}

TEST_CASE("known lines behind unknown text count") {
  const Broker broker = started(
      "cat /config/x > /tmp/s.properties\necho >> /tmp/s.properties\n"
      "echo advertised.listeners=A://late:1 >> /tmp/s.properties\n");
  CHECK(broker.advertised() == "A://late:1");
  CHECK(broker.property("listeners") == "<unknown>: the file /tmp/s.properties cannot be read: what is in /config/x");
  // Without a newline between them the two may be one line.
  CHECK(started("cat /config/x > /tmp/s.properties; echo advertised.listeners=A://late:1 >> /tmp/s.properties\n")
            .advertised()
            .find("<unknown>: ") == 0);
}

TEST_CASE("other ways to write the file") {
  CHECK(started(kKnown + "echo advertised.listeners=A://up:1 >> /tmp/y/../s.properties\n").advertised() == "A://up:1");
  CHECK(started(kKnown + "exec 3>>/tmp/s.properties; echo advertised.listeners=A://fd:1 >&3\n").advertised() ==
        "A://fd:1");
  CHECK(started(kKnown + "exec 3>&1; echo advertised.listeners=A://out:1 >&3\n").advertised() == "A://h:1");
  CHECK(started("H=x\n" + kKnown + "echo \"log.dirs=$(cat /config/dirs)\" >> /tmp/s.properties\n").advertised() ==
        "A://h:1");
}

TEST_CASE("escapes, separators and continued lines") {
  CHECK(advertised_in("advertised.listeners=A://a:1\n\\u0061dvertised.listeners=A://b:1\n") == "A://b:1");
  CHECK(advertised_in("advertised.listeners=A\\://h\\:9092\n") == "A://h:9092");
  CHECK(advertised_in("advertised.listeners:A://h:1\n") == "A://h:1");
  CHECK(advertised_in("  advertised.listeners   A://h:1\n") == "A://h:1");
  CHECK(advertised_in("advertised.listeners \t: A://h:1\n") == "A://h:1");
  CHECK(advertised_in("advertised.listeners = \\=x\n") == "=x");
  CHECK(advertised_in("advertised.listeners=A://h:1,\\\n    B://h:2\n") == "A://h:1,B://h:2");
  CHECK(advertised_in("advertised.listeners=A://h:1\\\\\nother=1\n") == "A://h:1\\");
  CHECK(advertised_in("advertised.lis\\\n  teners=A://h:1\n") == "A://h:1");
  CHECK(advertised_in("# x \\\nadvertised.listeners=A://h:1\n") == "A://h:1");
  CHECK(advertised_in("advertised.listeners=A://h:1\nother=\\\n# advertised.listeners=A://no:1\n") == "A://h:1");
  CHECK(advertised_in("advertised\\.listeners=A://h:1\n") == "A://h:1");
  CHECK(advertised_in("advertised.listeners\\=A://h:1\n") == "<unset>");
  CHECK(advertised_in("advertised.listeners=A://h:1\nx=\\u00g0\n").find("<unknown>") == 0);
}
