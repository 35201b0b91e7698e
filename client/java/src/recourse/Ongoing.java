package recourse;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import recourse.v1.Alternative;
import recourse.v1.Idempotency;
import recourse.v1.Outcome;
import recourse.v1.RecoveryContext;
import recourse.v1.RecoveryResult;

/** Where one operation stands: how it runs next, what failed, what is asked about it, its time and its end. */
class Ongoing {
  final Recourse recourse;
  final Call call;
  private final LocalRetries local;
  private final long began;

  private String target;
  private Map<String, String> parameters = Map.of();
  Map<String, Object> state;
  List<String> disabledFeatures = List.of();
  double keepRatio = 1;
  Duration timeout; // Of the next attempt, as an answer gave it.

  String token = "";
  private Exception first;
  Exception failure; // The last.
  private long failedSince;

  Ongoing(Recourse recourse, Call call) {
    this.recourse = recourse;
    this.call = call;
    target = call.target;
    state = call.state;
    began = recourse.clock.nanoTime();
    local = new LocalRetries(recourse.clock);
  }

  Attempt next() {
    var given = min(timeout, left());
    timeout = null;
    return new Attempt(target, parameters, state, disabledFeatures, keepRatio, given);
  }

  void take(Alternative alternative) {
    target = alternative.getTarget();
    parameters = alternative.getParametersMap();
    local.forget(); // The plan was the other target's.
  }

  /** The answer about the last failure; a token that is refused is dropped, and the question asked once more. */
  Optional<RecoveryResult> ask(boolean recheck) {
    var question = question(recheck);
    try {
      return Optional.of(recourse.ask(question));
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() != Status.Code.INVALID_ARGUMENT || token.isEmpty()) {
        return Optional.empty();
      }
    }
    token = "";
    try {
      return Optional.of(recourse.ask(question.clearRecoveryToken()));
    } catch (StatusRuntimeException refused) {
      return Optional.empty();
    }
  }

  private RecoveryContext.Builder question(boolean recheck) {
    var question = RecoveryContext.newBuilder()
        .setError(call.describe.apply(failure))
        .setTarget(target)
        .setIdempotency(call.idempotency)
        .setSubjectField(call.subjectField)
        .setCapabilities(call.capabilities())
        .setRecoveryToken(token)
        .setRequestId(UUID.randomUUID().toString())
        .setCircuitOpen(recheck);
    if (left() != null) {
      question.setTimeRemaining(Durations.toProto(left()));
    }
    if (!call.expectedTime.isZero()) {
      question.setExpectedCallTime(Durations.toProto(call.expectedTime));
    }
    if (state != null) {
      question.setState(Edits.toStruct(state));
    }
    return question;
  }

  void learn(RecoveryResult answer) {
    token = answer.getRecoveryToken().isEmpty() ? token : answer.getRecoveryToken();
    if (answer.hasLocalPlan()) {
      local.learn(answer.getLocalPlan());
    }
    call.onDecision.accept(answer);
  }

  void goOnLocally() throws Exception {
    var delay = isNotIdempotent() ? Optional.<Duration>empty() : local.next(failure, call.describe.apply(failure));
    if (isCancelled() || delay.isEmpty()) {
      throw ended(Outcome.OUTCOME_ABANDONED);
    }
    sleep(delay.get());
  }

  /** Begins no wait that would end after the deadline. */
  void sleep(Duration delay) throws Exception {
    if (!hasTimeFor(delay)) {
      throw ended(Outcome.OUTCOME_ABANDONED);
    }
    if (delay.isZero()) {
      return;
    }
    try {
      recourse.clock.sleep(delay);
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
      throw ended(Outcome.OUTCOME_ABANDONED);
    }
  }

  /** Reports how the recovery ended, if there was one. */
  void report(Outcome outcome) {
    if (!token.isEmpty()) {
      recourse.report(token, outcome, Duration.ofNanos(recourse.clock.nanoTime() - failedSince));
    }
  }

  /**
   * Reports the end; what the caller gets: the cancellation, if there was one, else the operation's own last error,
   * which carries the first one along.
   */
  Exception ended(Outcome outcome) {
    if (isCancelled()) {
      Thread.interrupted();
      report(Outcome.OUTCOME_CANCELLED);
      return failure instanceof InterruptedException ? failure : new InterruptedException("cancelled");
    }
    report(outcome);
    if (first != failure) {
      failure.addSuppressed(first);
    }
    return failure;
  }

  void fails(Exception failed) {
    if (first == null) {
      first = failed;
      failedSince = recourse.clock.nanoTime();
    }
    failure = failed;
  }

  boolean isCancelled() {
    return failure instanceof InterruptedException || Thread.currentThread().isInterrupted();
  }

  boolean isNotIdempotent() {
    return call.idempotency == Idempotency.IDEMPOTENCY_NOT_IDEMPOTENT;
  }

  boolean hasTimeFor(Duration delay) {
    return left() == null || left().compareTo(delay) > 0;
  }

  /** The shorter one; null stands for no limit. */
  static Duration min(Duration a, Duration b) {
    return a == null || (b != null && b.compareTo(a) < 0) ? b : a;
  }

  /** What remains of the caller's time; null: no limit. */
  Duration left() {
    return call.timeBudget == null
        ? null
        : call.timeBudget.minusNanos(recourse.clock.nanoTime() - began);
  }
}
