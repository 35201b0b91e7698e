package recourse;

import java.time.Duration;

/** Tells the time and waits; tests have clocks that do not. */
public interface Clock {
  /** Nanoseconds since any fixed moment. */
  long nanoTime();

  void sleep(Duration delay) throws InterruptedException;

  Clock REAL =
      new Clock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration delay) throws InterruptedException {
          Thread.sleep(delay.toMillis(), delay.toNanosPart() % 1_000_000);
        }
      };
}
