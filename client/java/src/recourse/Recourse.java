package recourse;

import com.google.protobuf.Value;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import recourse.v1.AwaitIncidentRequest;
import recourse.v1.AwaitIncidentResponse;
import recourse.v1.Caller;
import recourse.v1.ErrorRecoveryOrchestratorGrpc;
import recourse.v1.IncidentsGrpc;
import recourse.v1.Outcome;
import recourse.v1.RecoveryContext;
import recourse.v1.RecoveryOutcome;
import recourse.v1.RecoveryResult;
import recourse.v1.ReportOutcomeResponse;

/**
 * Runs operations that may fail: try, ask, obey, report.
 *
 * <p>A reference loop, made to be read and copied. {@link Recovery} is the loop, {@link Ongoing} where one operation
 * stands, {@link LocalRetries} what is done without an answer, {@link Edits} what changes its state; this class talks
 * to the server. docs/client-behaviour.md has the rules that they keep. Safe for concurrent use.
 */
public final class Recourse {
  /** What the caller wants done. */
  public interface Operation<T> {
    /** Runs it once as the attempt says; any exception but InterruptedException is a failure to recover from. */
    T run(Attempt attempt) throws Exception;
  }

  private static final int MAX_REPORTS = 1000; // Under way at once; further ones are dropped.
  private static final Duration REPORT_TIMEOUT = Duration.ofMillis(250);

  final Clock clock;
  private final Caller caller;
  private final Duration askTimeout;
  private final ErrorRecoveryOrchestratorGrpc.ErrorRecoveryOrchestratorBlockingStub orchestrator;
  private final ErrorRecoveryOrchestratorGrpc.ErrorRecoveryOrchestratorStub reporter;
  private final IncidentsGrpc.IncidentsBlockingStub incidents;
  private final Semaphore reports = new Semaphore(MAX_REPORTS);
  private final Phaser sending = new Phaser(1);

  /**
   * As the other, with 250 ms of patience and the real clock.
   *
   * @param channel to the server; stays the caller's to shut down, after {@link #flush}
   * @param service the caller's name, at most 128 bytes: what is longer is refused with each question
   */
  public Recourse(Channel channel, String service) {
    this(channel, service, Duration.ofMillis(250), Clock.REAL);
  }

  /**
   * Asks the server behind the channel. Connects with the first question.
   *
   * @param channel to the server; stays the caller's to shut down, after {@link #flush}
   * @param service the caller's name, at most 128 bytes: what is longer is refused with each question
   * @param askTimeout patience for one question, above 0; then the operation goes on locally
   * @param clock what tells the time and waits; tests have clocks that do not wait
   */
  public Recourse(Channel channel, String service, Duration askTimeout, Clock clock) {
    this.caller = Caller.newBuilder().setService(service).build();
    this.askTimeout = askTimeout;
    this.clock = clock;
    orchestrator = ErrorRecoveryOrchestratorGrpc.newBlockingStub(channel);
    reporter = ErrorRecoveryOrchestratorGrpc.newStub(channel);
    incidents = IncidentsGrpc.newBlockingStub(channel);
  }

  /**
   * Runs the operation, once or more often, on this thread. What comes back is its value, what `standIn` makes of the
   * one that stands in for it, or its own last exception. Interrupting the thread cancels it. One report is sent at the
   * end, in the background, where the server ever answered.
   *
   * @param standIn turns a fallback value, as the pattern has it, into the operation's type; what it throws comes back
   * @throws InterruptedException when cancelled
   * @throws SkippedException when a person said to do without it
   */
  public <T> T run(Call call, Operation<T> operation, Function<Value, T> standIn) throws Exception {
    var recovery = new Recovery(this, call);
    while (true) {
      T value;
      try {
        value = operation.run(recovery.next()); // Try.
      } catch (Exception failure) {
        var instead = recovery.recover(failure); // Ask and obey.
        if (instead.isEmpty()) {
          continue;
        }
        return standIn.apply(instead.get());
      }
      recovery.report(Outcome.OUTCOME_SUCCESS);
      return value;
    }
  }

  /** Waits until what is being reported has been sent, or dropped: 250 ms at most. */
  public void flush() {
    sending.arriveAndAwaitAdvance();
  }

  RecoveryResult ask(RecoveryContext.Builder question) {
    return orchestrator
        .withDeadlineAfter(within(askTimeout, question), TimeUnit.NANOSECONDS)
        .handleError(question.setCaller(caller).build());
  }

  AwaitIncidentResponse await(String incident, String token, Duration poll) {
    var request = AwaitIncidentRequest.newBuilder().setIncidentId(incident).setRecoveryToken(token);
    return incidents
        .withDeadlineAfter(poll.plus(askTimeout).toNanos(), TimeUnit.NANOSECONDS)
        .awaitIncident(request.setTimeout(Durations.toProto(poll)).build());
  }

  /** Sends it in the background; it is not repeated, and dropped when it cannot be sent. */
  void report(String token, Outcome outcome, Duration took) {
    if (!reports.tryAcquire()) {
      return;
    }
    sending.register();
    var report = RecoveryOutcome.newBuilder().setRecoveryToken(token).setOutcome(outcome);
    reporter
        .withDeadlineAfter(REPORT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
        .reportOutcome(report.setDuration(Durations.toProto(took)).build(), new Sent());
  }

  private static long within(Duration patience, RecoveryContext.Builder question) {
    var nanos = patience.toNanos();
    return question.hasTimeRemaining()
        ? Math.min(nanos, Durations.toJava(question.getTimeRemaining()).toNanos())
        : nanos;
  }

  private final class Sent implements StreamObserver<ReportOutcomeResponse> {
    @Override
    public void onNext(ReportOutcomeResponse response) {}

    @Override
    public void onError(Throwable error) {
      onCompleted();
    }

    @Override
    public void onCompleted() {
      reports.release();
      sending.arriveAndDeregister();
    }
  }
}
