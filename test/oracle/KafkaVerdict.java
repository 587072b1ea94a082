// Kafka's own verdict on configurations, one a line of stdin: name TAB value TAB
// name TAB value …, with \\ \t \n \r for the characters that would end a field.
// Prints for each "+" or "-" and the message of what KafkaConfig threw. Runs with
// the jars of one version on its class path; what a configuration needs beside
// its listeners (zookeeper.connect) is added here.
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

public final class KafkaVerdict {
  public static void main(String[] arguments) throws Exception {
    PrintStream out = System.out;
    System.setOut(System.err);  // nothing of a library comes between the answers
    Method fromProps = Class.forName("kafka.server.KafkaConfig").getMethod("fromProps", Properties.class, boolean.class);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    BufferedWriter answers = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      answers.write(escape(verdict(fromProps, read(line))));
      answers.write('\n');
      if (!in.ready()) answers.flush();
    }
    answers.flush();
  }

  private static String verdict(Method fromProps, Properties properties) throws IllegalAccessException {
    properties.putIfAbsent("zookeeper.connect", "localhost:2181");
    try {
      fromProps.invoke(null, properties, false);
      return "+";
    } catch (InvocationTargetException thrown) {
      Throwable cause = thrown.getCause();
      if (cause instanceof Error) throw (Error) cause;
      return "-" + cause.getMessage();
    }
  }

  private static Properties read(String line) {
    Properties properties = new Properties();
    String[] fields = line.split("\t", -1);
    for (int i = 0; i + 1 < fields.length; i += 2) properties.setProperty(unescape(fields[i]), unescape(fields[i + 1]));
    return properties;
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String unescape(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ++i) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        c = text.charAt(++i);
        c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
      }
      out.append(c);
    }
    return out.toString();
  }
}
