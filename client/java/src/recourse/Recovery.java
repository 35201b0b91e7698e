package recourse;

import com.google.protobuf.Value;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import recourse.v1.Alternative;
import recourse.v1.Disposition;
import recourse.v1.Idempotency;
import recourse.v1.Outcome;
import recourse.v1.RecoveryContext;
import recourse.v1.RecoveryResult;
import recourse.v1.Resolution;

/** One operation from its first attempt to its end. Each method that throws has reported that end. */
final class Recovery {
  private static final int MAX_QUESTIONS = 200; // A broken server cannot hold a caller.

  private static final Duration POLL = Duration.ofSeconds(30);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Recourse recourse;
  private final Call call;
  private final LocalRetries local;
  private final long began;

  private String target;
  private Map<String, String> parameters = Map.of();
  private Map<String, Object> state;
  private List<String> disabledFeatures = List.of();
  private double keepRatio = 1;
  private Duration timeout; // Of the next attempt, as an answer gave it.

  private int questions;
  private String token = "";
  private Exception first;
  private Exception failure; // The last.
  private long failedSince;

  Recovery(Recourse recourse, Call call) {
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

  /** Returns when the operation is to run again, or the value that stands in for its own; throws when it is over. */
  Optional<Value> recover(Exception failed) throws Exception {
    fails(failed);
    var recheck = false;
    while (!isCancelled() && hasTimeFor(Duration.ZERO) && ++questions <= MAX_QUESTIONS) {
      Optional<RecoveryResult> asked = ask(recheck);
      if (asked.isEmpty()) {
        goOnLocally();
        return Optional.empty();
      }
      RecoveryResult answer = asked.get();
      learn(answer);
      if (answer.getDisposition() == Disposition.DISPOSITION_RECOVERED) {
        report(Outcome.OUTCOME_SUCCESS);
        return Optional.of(answer.getResult());
      }
      boolean runs = obey(answer);
      if (runs && !answer.getRecheck()) {
        return Optional.empty();
      }
      recheck = runs;
    }
    throw ended(Outcome.OUTCOME_ABANDONED);
  }

  /** True: the operation is to run again. False: the server is to be asked about another failure. */
  private boolean obey(RecoveryResult answer) throws Exception {
    switch (answer.getDisposition()) {
      case DISPOSITION_ACT:
        return act(answer);
      case DISPOSITION_WAIT_FOR_HUMAN:
        awaitHuman(answer.getEscalation().getIncidentId());
        return true;
      case DISPOSITION_ESCALATED, DISPOSITION_GIVE_UP:
        throw ended(Outcome.OUTCOME_FAILURE);
      default:
        throw ended(Outcome.OUTCOME_ABANDONED);
    }
  }

  private boolean act(RecoveryResult answer) throws Exception {
    if (isNotIdempotent() && !answer.getClassification().getNotExecuted()) {
      throw ended(Outcome.OUTCOME_ABANDONED); // The caller's word stands above any answer.
    }
    var delay = answer.getStartDelay();
    switch (answer.getActionCase()) {
      case RETRY -> {
        var retry = answer.getRetry();
        if (!remediate(retry.getRemediation())) {
          return false;
        }
        timeout = retry.hasTimeout() ? Durations.toJava(retry.getTimeout()) : null;
        delay = retry.getDelay();
      }
      case ALTERNATIVE_PATH -> take(call.asDeclared(answer.getAlternativePath().getAlternative()));
      case GRACEFUL_DEGRADATION -> {
        var less = answer.getGracefulDegradation();
        disabledFeatures = less.getDisableFeaturesList();
        keepRatio *= less.getKeepRatio() == 0 ? 1 : less.getKeepRatio();
        state = Edits.apply(state, less.getEditsList());
      }
      case ERROR_CORRECTION -> state = Edits.apply(state, answer.getErrorCorrection().getEditsList());
      default -> throw ended(Outcome.OUTCOME_ABANDONED); // An action that is newer than this loop.
    }
    sleep(Durations.toJava(delay));
    return true;
  }

  private boolean remediate(String name) {
    if (name.isEmpty()) {
      return true;
    }
    try {
      var remediation = call.remediations.get(name);
      if (remediation == null) {
        throw new IllegalStateException("remediation '" + name + "' is not declared");
      }
      remediation.run();
      return true;
    } catch (Exception failed) { // A failed attempt, with its own error.
      fails(failed);
      return false;
    }
  }

  private void take(Alternative alternative) {
    target = alternative.getTarget();
    parameters = alternative.getParametersMap();
    local.forget(); // The plan was the other target's.
  }

  /** Polls until a person has said what to do. */
  private void awaitHuman(String incident) throws Exception {
    var pause = FIRST_PAUSE;
    while (call.awaitHuman) {
      try {
        var answer = recourse.await(incident, token, min(POLL, left()));
        token = answer.getRecoveryToken();
        if (answer.hasResolution()) {
          resolve(answer.getResolution());
          return;
        }
        pause = FIRST_PAUSE;
        sleep(Duration.ofMillis(100)); // Not yet.
      } catch (StatusRuntimeException broken) {
        if (isCancelled() || !Errors.mayPass(broken)) {
          throw ended(Outcome.OUTCOME_ABANDONED);
        }
        sleep(pause);
        pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
      }
    }
    throw ended(Outcome.OUTCOME_FAILURE);
  }

  private void resolve(Resolution resolution) throws Exception {
    switch (resolution.getAction()) {
      case RESOLUTION_ACTION_RETRY -> {}
      case RESOLUTION_ACTION_RESUME -> state = Edits.toNative(resolution.getState(), state);
      case RESOLUTION_ACTION_SKIP -> {
        failure = new SkippedException(resolution.getNote(), failure);
        throw ended(Outcome.OUTCOME_FAILURE);
      }
      default -> throw ended(Outcome.OUTCOME_FAILURE);
    }
  }

  /** The answer about the last failure; a token that is refused is dropped, and the question asked once more. */
  private Optional<RecoveryResult> ask(boolean recheck) {
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

  private void learn(RecoveryResult answer) {
    token = answer.getRecoveryToken().isEmpty() ? token : answer.getRecoveryToken();
    if (answer.hasLocalPlan()) {
      local.learn(answer.getLocalPlan());
    }
    call.onDecision.accept(answer);
  }

  private void goOnLocally() throws Exception {
    var delay = isNotIdempotent() ? Optional.<Duration>empty() : local.next(failure, call.describe.apply(failure));
    if (isCancelled() || delay.isEmpty()) {
      throw ended(Outcome.OUTCOME_ABANDONED);
    }
    sleep(delay.get());
  }

  /** Begins no wait that would end after the deadline. */
  private void sleep(Duration delay) throws Exception {
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
  private Exception ended(Outcome outcome) {
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

  private void fails(Exception failed) {
    if (first == null) {
      first = failed;
      failedSince = recourse.clock.nanoTime();
    }
    failure = failed;
  }

  private boolean isCancelled() {
    return failure instanceof InterruptedException || Thread.currentThread().isInterrupted();
  }

  private boolean isNotIdempotent() {
    return call.idempotency == Idempotency.IDEMPOTENCY_NOT_IDEMPOTENT;
  }

  private boolean hasTimeFor(Duration delay) {
    return left() == null || left().compareTo(delay) > 0;
  }

  /** The shorter one; null stands for no limit. */
  private static Duration min(Duration a, Duration b) {
    return a == null || (b != null && b.compareTo(a) < 0) ? b : a;
  }

  /** What remains of the caller's time; null: no limit. */
  private Duration left() {
    return call.timeBudget == null
        ? null
        : call.timeBudget.minusNanos(recourse.clock.nanoTime() - began);
  }
}
