package recourse;

import com.google.protobuf.Duration;

/** Durations as the API has them and as Java has them. */
final class Durations {
  static Duration toProto(java.time.Duration duration) {
    return Duration.newBuilder().setSeconds(duration.getSeconds()).setNanos(duration.getNano()).build();
  }

  static java.time.Duration toJava(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private Durations() {}
}
