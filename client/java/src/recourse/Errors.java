package recourse;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import recourse.v1.ErrorCause;
import recourse.v1.ErrorDetails;

/** What an exception says, for the server and for ourselves. */
public final class Errors {
  private static final int MAX_CAUSES = 16;
  private static final Set<Integer> TEMPORARY_STATUS = Set.of(408, 429, 502, 503, 504);
  private static final Set<String> TEMPORARY_CODE = Set.of("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED");
  private static final Set<Class<? extends Exception>> TEMPORARY = Set.of(
      TimeoutException.class, SocketTimeoutException.class, HttpTimeoutException.class, ConnectException.class,
      SocketException.class, NoRouteToHostException.class, UnknownHostException.class);
  private static final Set<Status.Code> MAY_PASS = Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED,
      Status.Code.RESOURCE_EXHAUSTED, Status.Code.INTERNAL, Status.Code.ABORTED);

  /**
   * An exception's type, text and causes, and the code of a gRPC status. Whoever knows more of it (an HTTP status, a
   * vendor's code, Retry-After) adds that in a {@link Call#describe} of their own.
   */
  public static ErrorDetails describe(Exception error) {
    var details = ErrorDetails.newBuilder().setExceptionType(error.getClass().getName()).setMessage(textOf(error));
    if (error instanceof StatusRuntimeException rpc) {
      details.setGrpcCode(rpc.getStatus().getCode().name());
    }
    var cause = error.getCause();
    for (; cause != null && details.getCausesCount() < MAX_CAUSES; cause = cause.getCause()) {
      details.addCauses(ErrorCause.newBuilder().setExceptionType(cause.getClass().getName()).setMessage(textOf(cause)));
    }
    return details.build();
  }

  /** Whether trying again may help, as far as can be seen here. */
  static boolean looksTemporary(Exception error, ErrorDetails details) {
    if (details.getHttpStatus() != 0) {
      return TEMPORARY_STATUS.contains(details.getHttpStatus());
    }
    if (!details.getGrpcCode().isEmpty()) {
      return TEMPORARY_CODE.contains(details.getGrpcCode());
    }
    return TEMPORARY.stream().anyMatch(type -> type.isInstance(error));
  }

  /** Whether a call to Recourse that failed so is worth repeating. */
  static boolean mayPass(StatusRuntimeException error) {
    return MAY_PASS.contains(error.getStatus().getCode());
  }

  private static String textOf(Throwable error) {
    return error.getMessage() == null ? "" : error.getMessage();
  }

  private Errors() {}
}
