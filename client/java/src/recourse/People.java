package recourse;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import recourse.v1.Outcome;
import recourse.v1.Resolution;

/** How a person is awaited. */
final class People {
  private static final Duration POLL = Duration.ofSeconds(30);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Polls until a person has said what to do. */
  static void await(Ongoing waiting, String incident) throws Exception {
    var pause = FIRST_PAUSE;
    while (waiting.call.awaitHuman) {
      try {
        var answer = waiting.recourse.await(incident, waiting.token, Ongoing.min(POLL, waiting.left()));
        waiting.token = answer.getRecoveryToken();
        if (answer.hasResolution()) {
          resolve(waiting, answer.getResolution());
          return;
        }
        pause = FIRST_PAUSE;
        waiting.sleep(Duration.ofMillis(100)); // Not yet.
      } catch (StatusRuntimeException broken) {
        if (waiting.isCancelled() || !Errors.mayPass(broken)) {
          throw waiting.ended(Outcome.OUTCOME_ABANDONED);
        }
        waiting.sleep(pause);
        pause = Ongoing.min(pause.multipliedBy(2), LONGEST_PAUSE);
      }
    }
    throw waiting.ended(Outcome.OUTCOME_FAILURE);
  }

  private static void resolve(Ongoing waiting, Resolution resolution) throws Exception {
    switch (resolution.getAction()) {
      case RESOLUTION_ACTION_RETRY -> {}
      case RESOLUTION_ACTION_RESUME -> waiting.state = Edits.toNative(resolution.getState(), waiting.state);
      case RESOLUTION_ACTION_SKIP -> {
        waiting.failure = new SkippedException(resolution.getNote(), waiting.failure);
        throw waiting.ended(Outcome.OUTCOME_FAILURE);
      }
      default -> throw waiting.ended(Outcome.OUTCOME_FAILURE);
    }
  }

  private People() {}
}
