package recourse;

/** A person said to do without the operation. Its cause is the operation's own error. */
public final class SkippedException extends Exception {
  SkippedException(String note, Exception failure) {
    super(note.isEmpty() ? "skipped by a person" : note, failure);
  }
}
