import io.grpc.ManagedChannelBuilder;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import recourse.Attempt;
import recourse.Call;
import recourse.Clock;
import recourse.Recourse;
import recourse.v1.Alternative;
import recourse.v1.Idempotency;

/** Calls one of two search engines, of which one is down: `Example [ADDRESS]`. */
public final class Example {
  public static void main(String[] args) throws Exception {
    var address = args.length > 0 ? args[0] : "127.0.0.1:50051";
    var channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build(); // Connects when it is needed.
    // The first question of a new JVM also connects and loads classes: a program that ends at once has the patience.
    var recourse = new Recourse(channel, "example", Duration.ofSeconds(10), Clock.REAL);

    var call = new Call("search/eu");
    call.idempotency = Idempotency.IDEMPOTENCY_IDEMPOTENT;
    call.timeBudget = Duration.ofSeconds(30);
    call.alternatives = List.of(Alternative.newBuilder().setName("search/us").build());
    try {
      System.out.println(recourse.run(call, Example::search, value -> value.getStringValue()));
    } finally {
      recourse.flush();
      channel.shutdown();
    }
  }

  private static String search(Attempt attempt) throws ConnectException {
    System.out.println("trying " + attempt.target());
    if (attempt.target().equals("search/eu")) {
      throw new ConnectException("Connection refused");
    }
    return "found by " + attempt.target();
  }
}
