package recourse;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.grpc.Channel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import recourse.v1.Alternative;
import recourse.v1.ErrorDetails;
import recourse.v1.Idempotency;
import recourse.v1.ListTargetPoliciesRequest;
import recourse.v1.TargetPoliciesGrpc;

/** Runs one case of client/conformance with the loop: `--features`, or `--server ADDR --case FILE`. */
public final class Conformance implements Clock {
  // Below the driver's HANG; a machine that is busy starts slowly, and nothing else here measures patience.
  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(4);
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  private final JsonObject options;
  private final List<JsonElement> operation;
  private long now;
  private final List<Object> calls = new ArrayList<>();
  private final List<Object> waits = new ArrayList<>();
  private final List<Object> remediations = new ArrayList<>();

  private Conformance(JsonObject script) {
    options = script.getAsJsonObject("options");
    operation = script.getAsJsonArray("operation").asList();
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void sleep(Duration delay) throws InterruptedException {
    waits.add(delay.toNanos() / 1e6);
    now += delay.toNanos();
    if (number("cancel_in_wait") == waits.size()) {
      throw new InterruptedException();
    }
  }

  private Object attempt(Attempt attempt) throws Exception {
    var entry = operation.get(calls.size()).getAsJsonObject();
    var call = new LinkedHashMap<String, Object>();
    call.put("target", attempt.target());
    call.put("state", attempt.state());
    call.put("disabled_features", List.copyOf(attempt.disabledFeatures()));
    call.put("parameters", attempt.parameters());
    call.put("timeout_ms", attempt.timeout() == null ? null : attempt.timeout().toMillis());
    calls.add(call);
    now += entry.has("takes_ms") ? Duration.ofMillis(entry.get("takes_ms").getAsLong()).toNanos() : 0;
    if (number("cancel_after_call") == calls.size()) {
      Thread.currentThread().interrupt();
    }
    if (!entry.has("error")) {
      return GSON.fromJson(entry.get("value"), Object.class);
    }
    var error = entry.getAsJsonObject("error");
    if (error.get("type").getAsString().equals("TimeoutError")) {
      throw new TimeoutException(error.get("message").getAsString());
    }
    throw new Failure(error);
  }

  /** An error of a library that says more than its text. */
  private static final class Failure extends Exception {
    final JsonObject told;

    Failure(JsonObject told) {
      super(told.get("message").getAsString());
      this.told = told;
    }
  }

  private static ErrorDetails describe(Exception error) {
    var details = Errors.describe(error).toBuilder();
    if (error instanceof Failure failure) {
      var told = failure.told;
      details.setExceptionType(told.get("type").getAsString());
      if (told.has("code")) details.setCode(told.get("code").getAsString());
      if (told.has("http_status")) details.setHttpStatus(told.get("http_status").getAsInt());
      if (told.has("grpc_code")) details.setGrpcCode(told.get("grpc_code").getAsString());
      if (told.has("retry_after_ms")) {
        details.setRetryAfter(Durations.toProto(Duration.ofMillis(told.get("retry_after_ms").getAsLong())));
      }
      if (told.has("headers")) {
        told.getAsJsonObject("headers").asMap().forEach((name, value) -> details.putHeaders(name, value.getAsString()));
      }
    }
    return details.build();
  }

  private Call call() {
    var call = new Call(options.get("target").getAsString());
    if (options.has("idempotency")) {
      call.idempotency = Idempotency.valueOf("IDEMPOTENCY_" + options.get("idempotency").getAsString());
    }
    call.timeBudget = options.has("time_budget_ms") ? Duration.ofMillis(number("time_budget_ms")) : null;
    call.expectedTime = Duration.ofMillis(number("expected_call_time_ms"));
    call.state = GSON.fromJson(options.get("state"), new TypeToken<Map<String, Object>>() {}.getType());
    call.subjectField = options.has("subject_field") ? options.get("subject_field").getAsString() : "";
    call.awaitHuman = options.has("await_human") && options.get("await_human").getAsBoolean();
    call.describe = Conformance::describe;
    if (options.has("alternatives")) {
      call.alternatives = options.getAsJsonArray("alternatives").asList().stream().map(Conformance::alternative).toList();
    }
    var named = options.get("remediations");
    if (named != null && named.isJsonArray()) {
      named.getAsJsonArray().forEach(name -> remediation(call, name.getAsString(), false));
    } else if (named != null) {
      named.getAsJsonObject().asMap().forEach((name, how) -> remediation(call, name, how.getAsString().equals("fail")));
    }
    return call;
  }

  private static Alternative alternative(JsonElement given) {
    var told = given.getAsJsonObject();
    var alternative = Alternative.newBuilder().setName(told.get("name").getAsString());
    if (told.has("target")) alternative.setTarget(told.get("target").getAsString());
    if (told.has("parameters")) {
      told.getAsJsonObject("parameters").asMap().forEach((key, value) -> alternative.putParameters(key, value.getAsString()));
    }
    return alternative.build();
  }

  private void remediation(Call call, String name, boolean fails) {
    call.remediations.put(name, () -> {
      remediations.add(name);
      if (fails) throw new IllegalStateException(name + " failed");
    });
  }

  private long number(String option) {
    return options.has(option) ? options.get(option).getAsLong() : 0;
  }

  private Map<String, Object> run(Recourse recourse) {
    try {
      return Collections.singletonMap(
          "value", recourse.run(call(), this::attempt, value -> Edits.toNative(value, null)));
    } catch (InterruptedException cancelled) {
      return Map.of("cancelled", true);
    } catch (SkippedException skipped) {
      return Map.of("skipped", true);
    } catch (Exception failed) {
      return Map.of("error", failed.getMessage());
    } finally {
      recourse.flush();
    }
  }

  /** Connects, by a call that the driver's server does not have, so that no question pays for the start. */
  private static void awaitServer(Channel channel) {
    try {
      TargetPoliciesGrpc.newBlockingStub(channel)
          .withWaitForReady()
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .listTargetPolicies(ListTargetPoliciesRequest.getDefaultInstance());
    } catch (StatusRuntimeException unimplemented) {
      if (unimplemented.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
        throw unimplemented;
      }
    }
  }

  public static void main(String[] args) throws Exception {
    if (args[0].equals("--features")) {
      System.out.println("[]"); // Nothing beyond asking and obeying.
      return;
    }
    var script = GSON.fromJson(Files.readString(Path.of(args[3])), JsonObject.class);
    var channel = ManagedChannelBuilder.forTarget(args[1]).usePlaintext().build();
    if (!script.get("server").equals(new JsonPrimitive("away"))) {
      awaitServer(channel);
    }
    var run = new Conformance(script);
    var result = run.run(new Recourse(channel, "conformance", ASK_TIMEOUT, run));
    channel.shutdownNow();
    var printed = new LinkedHashMap<String, Object>();
    printed.put("calls", run.calls);
    printed.put("waits_ms", run.waits);
    printed.put("remediations", run.remediations);
    printed.put("result", result);
    System.out.println(GSON.toJson(printed));
  }
}
