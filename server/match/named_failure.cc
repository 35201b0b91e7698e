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
constexpr int kMinPercent = 30;   // Quoted names and better.
constexpr int kWordsWithCue = 2;  // One will do in a sentence.
constexpr int kWordsWithHint = 3;
constexpr int kWordsOfASentence = 2;
constexpr int kWordsWithoutSentence = 3;
constexpr int kKnownWords = 2;  // By the tables; a jumble has fewer.

// They say that it did not go as it should.
const Words& Cues() {
  static const auto* const words = new Words{
      "not",        "already",      "no",          "cannot",      "can't",
      "couldn't",   "doesn't",      "didn't",      "isn't",       "aren't",
      "wasn't",     "won't",        "don't",       "hasn't",      "haven't",
      "never",      "nothing",      "without",     "failed",      "fails",
      "fail",       "failure",      "failures",    "refused",     "denied",
      "declined",   "rejected",     "missing",     "unable",      "illegal",
      "bad",        "wrong",        "broken",      "deleted",     "removed",
      "terminated", "undefined",    "unknown",     "exceeds",     "exceeded",
      "violation",  "fault",        "abort",       "aborted",     "stopped",
      "incomplete", "lost",         "unsupported", "forbidden",   "blocked",
      "required",   "needed",       "needs",       "nobody",      "none",
      "empty",      "stuck",        "expired",     "unable",      "only",
      "must",       "withdrew",     "withdrawn",   "interrupted", "damaged",
      "overdue",    "insufficient", "shortage",    "open",        "too",
      "beyond",     "until",        "instead",     "unless",      "except",
      "nowhere",    "neither",      "nor",         "hardly",      "barely"};
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

// Told of what went well, or to nobody in particular.
const Words& News() {
  static const auto* const words =
      new Words{"ok",           "ready",       "welcome",
                "reminder",     "reminders",   "now",
                "succeeded",    "success",     "successful",
                "successfully", "nominal",     "okay",
                "healthy",      "established", "acquired",
                "saved",        "opens",       "reopens",
                "shipped",      "settled",     "congratulations",
                "win",          "won",         "thanks",
                "thank",        "enjoy",       "hello",
                "news",         "notice",      "restored",
                "recovered",    "resumed",     "green",
                "available",    "attached",    "birthday",
                "smiled",       "arrives",     "arrived",
                "delivered",    "boarding",    "talked",
                "asked",        "ended",       "moved",
                "changed",      "passed",      "completed",
                "finished",     "done",        "started",
                "good",         "great",       "happy",
                "tomorrow"};
  return *words;
}

// They tie words to a sentence.
const Words& Ties() {
  static const auto* const words =
      new Words{"the",  "a",    "an",   "is",    "are",  "was", "were", "has",
                "have", "this", "that", "these", "your", "you", "my",   "our",
                "we",   "it",   "its",  "their", "his",  "her", "they", "of",
                "to",   "in",   "on",   "at",    "by",   "for", "with", "from",
                "and",  "or",   "as",   "per",   "than", "near"};
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
                "erro",        "ocorreu"};
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
    AddWord(absl::string_view(lower.data(), size),
            token.word != Vocabulary::kUnknown);
  }

  bool NamesAFailure() const {
    const auto count = static_cast<int>(words_.size());
    if (cue_ && count + (sentence_ ? 1 : 0) >= kWordsWithCue && count > 0) {
      return true;
    }
    if (hint_ && count >= kWordsWithHint) return true;
    // Who sends it as an error means one, unless it tells good news.
    if (news_) return false;
    return (sentence_ && known_ > 0 && count >= kWordsOfASentence) ||
           (known_ >= kKnownWords && count >= kWordsWithoutSentence);
  }

 private:
  void AddWord(absl::string_view word, bool known) {
    if (Ties().contains(word)) sentence_ = true;
    if (News().contains(word)) news_ = true;
    if (Cues().contains(word)) {
      cue_ = true;
    } else if (Hints().contains(word)) {
      hint_ = true;
    } else if (word.size() >= kMinWord && !Fillers().contains(word) &&
               words_.insert(std::string(word)).second && known) {
      ++known_;
    }
  }

  bool cue_ = false;
  bool hint_ = false;
  bool news_ = false;
  bool sentence_ = false;
  int known_ = 0;
  absl::flat_hash_set<std::string> words_;
};

}  // namespace

bool NamesAFailure(absl::Span<const Token> tokens) {
  Tally tally;
  for (const Token& token : tokens) tally.Add(token);
  return tally.NamesAFailure();
}

}  // namespace recourse
