#include "server/match/named_failure.h"

#include <array>
#include <cstddef>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"

namespace recourse {
namespace {

using Words = absl::flat_hash_set<absl::string_view>;

constexpr size_t kMaxWord = 20;
constexpr size_t kMinWord = 3;
constexpr int kMinPercent = 30;  // Quoted names and better.
constexpr int kWordsWithCue = 2;
constexpr int kWordsWithHint = 3;

// They say that it did not go as it should.
const Words& Cues() {
  static const auto* const words = new Words{
      "not",           "already",      "no",          "cannot",    "can't",
      "couldn't",      "doesn't",      "didn't",      "isn't",     "aren't",
      "wasn't",        "won't",        "don't",       "hasn't",    "haven't",
      "never",         "nothing",      "without",     "failed",    "fails",
      "fail",          "failure",      "failures",    "refused",   "denied",
      "declined",      "rejected",     "missing",     "unable",    "illegal",
      "bad",           "wrong",        "broken",      "deleted",   "removed",
      "terminated",    "undefined",    "unknown",     "exceeds",   "exceeded",
      "violation",     "fault",        "abort",       "aborted",   "stopped",
      "incomplete",    "lost",         "unsupported", "forbidden", "blocked",
      "required",      "needed",       "needs",       "nobody",    "none",
      "empty",         "stuck",        "expired",     "only",      "must",
      "withdrew",      "withdrawn",    "interrupted", "damaged",   "overdue",
      "insufficient",  "shortage",     "beyond",      "unless",    "nowhere",
      "neither",       "nor",          "hardly",      "barely",    "sorry",
      "unfortunately", "regret",       "lacks",       "lack",      "instead",
      "too",           "unsuccessful", "impossible",  "refuses",   "prohibited",
      "faulty",        "late",         "overloaded"};
  return *words;
}

// So do these, but every text about an error has them.
const Words& Hints() {
  static const auto* const words =
      new Words{"error",  "exception", "err",   "fatal",     "critical",
                "panic",  "panicked",  "alarm", "assertion", "problem",
                "errors", "unhandled", "alert", "severe"};
  return *words;
}

// What any error, or none, may be told with.
const Words& Fillers() {
  static const auto* const words =
      new Words{"the",         "and",           "for",          "with",
                "from",        "into",          "that",         "this",
                "these",       "those",         "was",          "were",
                "are",         "been",          "being",        "has",
                "have",        "had",           "does",         "did",
                "you",         "your",          "our",          "its",
                "it's",        "all",           "any",          "some",
                "can",         "could",         "will",         "would",
                "should",      "may",           "might",        "must",
                "but",         "because",       "when",         "while",
                "during",      "after",         "before",       "more",
                "than",        "then",          "there",        "here",
                "what",        "which",         "who",          "how",
                "why",         "out",           "off",          "see",
                "above",       "below",         "log",          "logs",
                "details",     "detail",        "info",         "information",
                "please",      "sorry",         "oops",         "something",
                "anything",    "everything",    "thing",        "things",
                "happen",      "happened",      "happens",      "occur",
                "occurred",    "unexpected",    "unexpectedly", "internal",
                "general",     "generic",       "unspecified",  "supposed",
                "went",        "goes",          "going",        "processed",
                "process",     "processing",    "request",      "requests",
                "response",    "operation",     "action",       "job",
                "task",        "command",       "execution",    "execute",
                "executing",   "executed",      "completed",    "complete",
                "finish",      "finished",      "done",         "started",
                "start",       "running",       "run",          "work",
                "working",     "worked",        "code",         "status",
                "exit",        "exited",        "result",       "results",
                "return",      "returned",      "value",        "message",
                "reason",      "cause",         "caused",       "system",
                "application", "program",       "service",      "server",
                "client",      "user",          "retry",        "retries",
                "retrying",    "retried",       "attempt",      "attempts",
                "attempted",   "times",         "time",         "try",
                "tried",       "again",         "later",        "contact",
                "support",     "administrator", "admin",        "report",
                "attached",    "previous",      "following",    "last",
                "first",       "main",          "thread",       "null",
                "true",        "false",         "none",         "object",
                "defined",     "cancel",        "cancelled",    "canceled",
                "cancelling",  "canceling",     "cancellation", "parent",
                "runtime",     "warning",       "warnings",     "test",
                "tests",       "passed",        "skipped",      "build",
                "many",        "too",           "one",          "two",
                "got",         "get",           "very",         "just",
                "api",         "pod",           "com",          "worker",
                "fehler",      "aufgetreten",   "ist",          "ein",
                "producido",   "ocurrido",      "erreur",       "produite",
                "errore",      "verificato",    "manual",       "page",
                "erro",        "ocorreu",       "succeed",      "succeeded",
                "successful",  "successfully",  "step",         "stage",
                "phase",       "failed",        "finalize",     "came",
                "error",       "happening",     "encountered",  "completion",
                "unhandled",   "handled",       "handle",       "marked",
                "pipeline",    "shell",         "deploy"};
  return *words;
}

// Sums up one text; a word counts once, however often it stands there.
class Tally {
 public:
  void Add(const Token& token) {
    if (token.flags & (Token::kNumber | Token::kName | Token::kKey)) return;
    if (token.percent < kMinPercent) return;
    std::array<char, kMaxWord> lower;
    const size_t size = token.raw.size();
    if (size > lower.size()) return;
    for (size_t i = 0; i < size; ++i) {
      const char c = token.raw[i];
      if (!absl::ascii_isalpha(c) && c != '\'') return;
      lower[i] = absl::ascii_tolower(c);
    }
    AddWord(absl::string_view(lower.data(), size));
  }

  bool NamesAFailure() const {
    const auto count = static_cast<int>(words_.size());
    return (cue_ && count >= kWordsWithCue) ||
           (hint_ && count >= kWordsWithHint);
  }

 private:
  void AddWord(absl::string_view word) {
    if (Cues().contains(word)) {
      cue_ = true;
    } else if (Hints().contains(word)) {
      hint_ = true;
    } else if (word.size() >= kMinWord && !Fillers().contains(word)) {
      words_.insert(std::string(word));
    }
  }

  bool cue_ = false;
  bool hint_ = false;
  absl::flat_hash_set<std::string> words_;
};

}  // namespace

bool NamesAFailure(absl::Span<const Token> tokens) {
  Tally tally;
  for (const Token& token : tokens) tally.Add(token);
  return tally.NamesAFailure();
}

}  // namespace recourse
