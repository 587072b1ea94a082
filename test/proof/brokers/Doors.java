// The load balancers of a manifest's Services: Doors FROM TO ..., each pair two
// ADDRESS:PORT. What connects to FROM is joined to TO. Prints "open" when all
// listen; exits with 1 when an address is taken.
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

public final class Doors {
  private static InetSocketAddress address(String text) throws IOException {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(InetAddress.getByName(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
  }

  private static void pump(Socket from, Socket to) {
    try (from; to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[1 << 16];
      for (int n; (n = in.read(buffer)) >= 0; ) out.write(buffer, 0, n);
    } catch (IOException closed) {
      // The other side has gone; both are closed.
    }
  }

  private static void serve(ServerSocket door, InetSocketAddress to) {
    while (true) {
      try {
        Socket outside = door.accept();
        Socket inside = new Socket();
        try {
          inside.connect(to, 2000);
        } catch (IOException refused) {
          outside.close();
          continue;
        }
        start(() -> pump(outside, inside));
        start(() -> pump(inside, outside));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(false);
    thread.start();
  }

  public static void main(String[] arguments) throws IOException {
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      ServerSocket door = new ServerSocket();
      try {
        door.bind(address(arguments[i]));
      } catch (IOException taken) {
        System.out.println(arguments[i] + ": " + taken.getMessage());
        System.exit(1);
      }
      InetSocketAddress to = address(arguments[i + 1]);
      start(() -> serve(door, to));
    }
    System.out.println("open");
  }
}
