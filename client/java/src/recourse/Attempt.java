package recourse;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How to run the operation this time.
 *
 * @param parameters of the alternative that was taken
 * @param disabledFeatures what to do without
 * @param keepRatio share of the input to send: 1, or less
 * @param timeout what the operation may take; null: no limit
 */
public record Attempt(
    String target,
    Map<String, String> parameters,
    Map<String, Object> state,
    List<String> disabledFeatures,
    double keepRatio,
    Duration timeout) {}
