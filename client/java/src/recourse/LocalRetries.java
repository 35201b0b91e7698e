package recourse;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import recourse.v1.ErrorDetails;
import recourse.v1.Jitter;
import recourse.v1.LocalPlan;

/** How a recovery goes on without an answer: by the plan of the last one, else by a small default. */
final class LocalRetries {
  private static final LocalPlan SMALL_DEFAULT = LocalPlan.newBuilder()
      .setMaxRetries(2)
      .setBaseDelay(Durations.toProto(Duration.ofMillis(200)))
      .setFactor(2)
      .setMaxDelay(Durations.toProto(Duration.ofSeconds(2)))
      .setJitter(Jitter.JITTER_FULL)
      .build();

  private final Clock clock;
  private LocalPlan plan; // Of the target that is called now; null: not known.
  private long learned;
  private int done;

  LocalRetries(Clock clock) {
    this.clock = clock;
  }

  void learn(LocalPlan told) {
    plan = told;
    learned = clock.nanoTime();
  }

  void forget() {
    plan = null;
  }

  /** How long to wait before the operation runs again; empty: it does not. */
  Optional<Duration> next(Exception failure, ErrorDetails details) {
    var chosen = plan;
    if (chosen == null || clock.nanoTime() - learned > Durations.toJava(chosen.getValidFor()).toNanos()) {
      chosen = Errors.looksTemporary(failure, details) ? SMALL_DEFAULT : LocalPlan.getDefaultInstance();
    }
    if (done >= chosen.getMaxRetries()) {
      return Optional.empty();
    }
    var delay = delay(chosen, done++);
    var asked = Durations.toJava(details.getRetryAfter());
    return Optional.of(asked.compareTo(delay) > 0 ? asked : delay);
  }

  /** Before local retry k = 0, 1, 2 ...; a jitter that is neither none nor equal is taken for full. */
  private static Duration delay(LocalPlan plan, int k) {
    var nanos = Durations.toJava(plan.getBaseDelay()).toNanos() * Math.pow(plan.getFactor(), k);
    nanos = Math.min(nanos, Durations.toJava(plan.getMaxDelay()).toNanos());
    var chance = ThreadLocalRandom.current().nextDouble();
    return Duration.ofNanos((long) switch (plan.getJitter()) {
      case JITTER_NONE -> nanos;
      case JITTER_EQUAL -> nanos * (0.5 + chance / 2);
      default -> nanos * chance;
    });
  }
}
