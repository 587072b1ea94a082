// One of the cluster's nodes: Node CLUSTER_ID PROPERTIES formats its storage and runs it.
public final class Node {
  public static void main(String[] arguments) {
    String[] format = {"format", "-t", arguments[0], "-c", arguments[1]};
    if (kafka.tools.StorageTool.execute(format, System.out) != 0) System.exit(1);
    kafka.Kafka.main(new String[] {arguments[1]});
  }
}
