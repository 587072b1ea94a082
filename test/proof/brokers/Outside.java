// A client that is not in the cluster: Outside SECONDS BOOTSTRAP... knows only
// the names outside. Creates a topic with a partition on each broker, writes to
// and reads from each. Prints a line for each broker,
//   broker ID advertised HOST:PORT reached ADDRESS produced yes|no consumed yes|no
// and exits with 0 when three brokers were reached so, with 1 else after a line "failed ...".
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public final class Outside {
  private static final int BROKERS = 3;
  private static final String TOPIC = "proof";

  private final long end;
  private final String bootstrap;
  private final Map<Integer, Node> nodes = new TreeMap<>();

  private Outside(long seconds, String bootstrap) {
    this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    this.bootstrap = bootstrap;
  }

  private int left() {
    return (int) Math.max(500, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
  }

  private String seen() {
    List<String> all = new ArrayList<>();
    nodes.forEach((id, node) -> all.add(id + " at " + node.host() + ":" + node.port()));
    return all.isEmpty() ? "no broker answers" : "told of " + String.join(", ", all);
  }

  private static String why(Exception failure) {
    Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }

  private static String reached(Node node) {
    try {
      return InetAddress.getByName(node.host()).getHostAddress() + ":" + node.port();
    } catch (UnknownHostException unknown) {
      return "no address";
    }
  }

  private boolean create(Admin admin) throws InterruptedException {
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        nodes.clear();
        for (Node node : admin.describeCluster().nodes().get(left(), TimeUnit.MILLISECONDS)) nodes.put(node.id(), node);
        if (nodes.size() == BROKERS) {
          Map<Integer, List<Integer>> places = new TreeMap<>();
          for (int id : nodes.keySet()) places.put(places.size(), List.of(id));
          admin.createTopics(List.of(new NewTopic(TOPIC, places))).all().get(left(), TimeUnit.MILLISECONDS);
          return true;
        }
      } catch (Exception failure) {
        last = failure;
      }
      Thread.sleep(300);
    }
    System.out.println("failed " + seen() + (last == null ? "" : "; " + why(last)));
    return false;
  }

  private boolean produce(KafkaProducer<String, String> producer, int partition, String value) {
    try {
      producer.send(new ProducerRecord<>(TOPIC, partition, null, value)).get(left(), TimeUnit.MILLISECONDS);
      return true;
    } catch (Exception failure) {
      System.out.println("failed to write to partition " + partition + ": " + why(failure));
      return false;
    }
  }

  private boolean consume(KafkaConsumer<String, String> consumer, int partition, String value) {
    TopicPartition place = new TopicPartition(TOPIC, partition);
    consumer.assign(List.of(place));
    consumer.seekToBeginning(List.of(place));
    while (System.nanoTime() < end) {
      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
        if (record.value().equals(value)) return true;
      }
    }
    return false;
  }

  private boolean run() throws InterruptedException {
    Map<String, Object> common = Map.of("bootstrap.servers", bootstrap);
    Map<String, Object> adminSettings = new TreeMap<>(common);
    adminSettings.put("default.api.timeout.ms", left());
    adminSettings.put("request.timeout.ms", Math.min(left(), 5000));
    Map<String, Object> producerSettings = new TreeMap<>(common);
    producerSettings.put("max.block.ms", left());
    producerSettings.put("delivery.timeout.ms", left());
    producerSettings.put("request.timeout.ms", Math.min(left(), 5000));
    producerSettings.put("linger.ms", 0);
    Map<String, Object> consumerSettings = new TreeMap<>(common);
    consumerSettings.put("enable.auto.commit", "false");
    consumerSettings.put("auto.offset.reset", "earliest");
    boolean all = true;
    try (Admin admin = Admin.create(adminSettings)) {
      if (!create(admin)) return false;
    }
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(producerSettings, new StringSerializer(), new StringSerializer());
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consumerSettings, new StringDeserializer(), new StringDeserializer())) {
      int partition = 0;
      for (Node node : nodes.values()) {
        String value = "for broker " + node.id() + " at " + System.nanoTime();
        boolean produced = produce(producer, partition, value);
        boolean consumed = produced && consume(consumer, partition, value);
        all = all && consumed;
        System.out.println(
            "broker " + node.id() + " advertised " + node.host() + ":" + node.port() + " reached " + reached(node)
                + " produced " + (produced ? "yes" : "no") + " consumed " + (consumed ? "yes" : "no"));
        ++partition;
      }
    }
    return all;
  }

  public static void main(String[] arguments) throws Exception {
    String bootstrap = String.join(",", Arrays.copyOfRange(arguments, 1, arguments.length));
    boolean good = false;
    try {
      good = new Outside(Long.parseLong(arguments[0]), bootstrap).run();
    } catch (org.apache.kafka.common.KafkaException failure) {
      System.out.println("failed " + why(failure) + (failure.getCause() == null ? "" : ", " + failure.getCause().getMessage()));
    }
    System.out.flush();
    // Threads of clients that cannot close in time do not hold the process.
    Runtime.getRuntime().halt(good ? 0 : 1);
  }
}
