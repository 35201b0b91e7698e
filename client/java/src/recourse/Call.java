package recourse;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import recourse.v1.Alternative;
import recourse.v1.Capabilities;
import recourse.v1.ErrorDetails;
import recourse.v1.Idempotency;
import recourse.v1.RecoveryResult;

/** What a caller declares about an operation. Only the target is needed. */
public final class Call {
  /** A named action that may be run before a retry, for example "refresh_credentials". */
  public interface Remediation {
    void run() throws Exception;
  }

  /** What is called, for example "postgres/orders". */
  public final String target;
  /** Whether running it twice is safe. */
  public Idempotency idempotency = Idempotency.IDEMPOTENCY_UNSPECIFIED;
  /** Time for all of it, waits included; null: no limit. */
  public Duration timeBudget;
  /** How long one run usually takes. */
  public Duration expectedTime = Duration.ZERO;
  /** The operation's input as JSON has it (Map, List, String, Number, Boolean); what edits change. */
  public Map<String, Object> state;
  /** Path in the state of the text that may be corrected. */
  public String subjectField = "";
  /** Other ways; null: any that the server knows. */
  public List<Alternative> alternatives;
  /** Levels of doing less; null: any. */
  public List<String> degradations;
  /** What may be run before a retry, by name. */
  public final Map<String, Remediation> remediations = new LinkedHashMap<>();
  /** It may wait for a person, as long as its time budget allows. */
  public boolean awaitHuman;
  /** What is told of an error; {@link Errors#describe} knows types, texts, causes and gRPC codes. */
  public Function<Exception, ErrorDetails> describe = Errors::describe;
  /** Sees every answer. */
  public Consumer<RecoveryResult> onDecision = answer -> {};

  public Call(String target) {
    this.target = target;
  }

  Capabilities capabilities() {
    var able = Capabilities.newBuilder().setAwaitHuman(awaitHuman).addAllRemediations(remediations.keySet());
    able.addAllDegradations(degradations == null ? List.of("*") : degradations);
    if (alternatives == null) {
      return able.addAlternatives("*").build();
    }
    alternatives.forEach(alternative -> able.addAlternatives(alternative.getName()));
    return able.build();
  }

  /** The way to go: what the answer leaves out is as it was declared here, a target that nobody names is the name. */
  Alternative asDeclared(Alternative told) {
    var name = told.getName();
    var known = alternatives == null ? List.<Alternative>of() : alternatives;
    var declared = known.stream().filter(one -> one.getName().equals(name)).findFirst();
    var way = declared.orElse(told).toBuilder().putAllParameters(told.getParametersMap());
    if (!told.getTarget().isEmpty() && !told.getTarget().equals(name)) {
      way.setTarget(told.getTarget());
    }
    return way.getTarget().isEmpty() ? way.setTarget(name).build() : way.build();
  }
}
