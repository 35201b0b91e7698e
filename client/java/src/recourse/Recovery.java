package recourse;

import com.google.protobuf.Value;
import java.time.Duration;
import java.util.Optional;
import recourse.v1.Disposition;
import recourse.v1.Outcome;
import recourse.v1.RecoveryResult;

/**
 * The loop: what happens to one operation after a failed attempt. {@link Ongoing} is where it stands; each method that
 * throws has reported the end.
 */
final class Recovery extends Ongoing {
  private static final int MAX_QUESTIONS = 200; // A broken server cannot hold a caller.

  private int questions;

  Recovery(Recourse recourse, Call call) {
    super(recourse, call);
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
        People.await(this, answer.getEscalation().getIncidentId());
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
}
