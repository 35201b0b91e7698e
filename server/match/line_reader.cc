#include "server/match/line_reader.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "server/match/key_names.h"

namespace recourse {
namespace {

constexpr absl::string_view kNestedCause = "--->";  // As .NET writes it.
constexpr absl::string_view kAnyLock = "file.lock";
constexpr int kKeyPercent = 15;
constexpr int kNamedValuePercent = 15;
constexpr int kQuotedNamePercent = 30;
constexpr int kQuotedTextPercent = 70;
constexpr int kSlashedPercent = 60;
constexpr int kPropertyPercent = 40;
constexpr size_t kMaxQuote = 200;
constexpr size_t kMaxNamedValue = 600;
constexpr int kMaxQuoteDepth = 4;
constexpr size_t kMaxWordBytes = 32;

bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`'; }

char At(absl::string_view line, size_t at) {
  return at < line.size() ? line[at] : '\0';
}

size_t SkipBlanks(absl::string_view line, size_t at) {
  while (At(line, at) == ' ') ++at;
  return at;
}

// Where the quote that begins at `at` ends; npos: not within `max` bytes.
size_t ClosingQuote(absl::string_view line, size_t at, size_t end, size_t max) {
  const char quote = line[at];
  const size_t limit = std::min(end, at + max);
  for (size_t i = at + 1; i < limit; ++i) {
    if (line[i] != quote) continue;
    // An apostrophe inside a word closes nothing.
    if (quote == '\'' && absl::ascii_isalnum(line[i - 1]) &&
        absl::ascii_isalnum(At(line, i + 1))) {
      continue;
    }
    return i;
  }
  return absl::string_view::npos;
}

// HTTPError and httpError fall into http and error, S3Error into s3 and error.
bool StartsWord(absl::string_view name, size_t i) {
  if (!absl::ascii_isupper(name[i])) return false;
  if (absl::ascii_islower(name[i - 1])) return true;
  return absl::ascii_isalnum(name[i - 1]) && i + 1 < name.size() &&
         absl::ascii_islower(name[i + 1]);
}

// Lower case for ASCII, Latin-1 and Cyrillic letters.
size_t Lower(absl::string_view word, std::array<char, kMaxWordBytes>* lower) {
  size_t size = 0;
  for (size_t i = 0; i < word.size(); ++i) {
    const auto c = static_cast<unsigned char>(word[i]);
    const auto next = static_cast<unsigned char>(At(word, i + 1));
    if (c < 0x80) {
      (*lower)[size++] = absl::ascii_tolower(word[i]);
    } else if (c == 0xE2 && next == 0x80) {
      (*lower)[size++] = '\'';
      i += 2;
    } else if (c == 0xC3 && next >= 0x80 && next <= 0x9E) {
      (*lower)[size++] = word[i++];
      (*lower)[size++] = static_cast<char>(next + 0x20);
    } else if (c == 0xD0 && next >= 0x90 && next <= 0xAF) {
      (*lower)[size++] = static_cast<char>(next < 0xA0 ? 0xD0 : 0xD1);
      (*lower)[size++] =
          static_cast<char>(next < 0xA0 ? next + 0x20 : next - 0x20);
      ++i;
    } else {
      (*lower)[size++] = word[i];
    }
  }
  return size;
}

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(c);
  });
}

// n2zwOPlUV1OvYegc, 4abcf20661432fb2: letters and digits by turns.
bool LooksLikeId(absl::string_view text) {
  if (text.size() < 8) return false;
  int turns = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    turns += absl::ascii_isdigit(text[i]) != absl::ascii_isdigit(text[i - 1]);
  }
  return turns >= 3;
}

}  // namespace

void LineReader::Read(absl::string_view line) {
  line_ = line;
  pending_ |= Token::kHardBreak | Token::kSoftBreak;
  value_percent_ = 100;
  name_end_ = 0;
  ReadRange(0, line.size());
}

void LineReader::ReadRange(size_t begin, size_t end) {
  for (size_t i = begin; i < end;) {
    const char c = line_[i];
    if (absl::ascii_isspace(c)) {
      ++i;
    } else if (IsQuote(c)) {
      i = ReadQuote(i, end);
    } else if (StartsAtom(line_, i)) {
      i = ReadAtom(i, end);
    } else {
      i = ReadPunctuation(i);
    }
  }
}

size_t LineReader::ReadPunctuation(size_t at) {
  pending_ |= Token::kSoftBreak;
  const char next = At(line_, at + 1);
  const bool ends_here = next == '\0' || absl::ascii_isspace(next) ||
                         IsQuote(next) || next == '\\' || next == ')' ||
                         next == '<';
  switch (line_[at]) {
    case '.':
    case '!':
    case '?':
      if (ends_here) pending_ |= Token::kHardBreak;
      break;
    case ';':
    case '|':
      pending_ |= Token::kHardBreak;
      break;
    case ':':
    case '-':
      if (absl::StartsWith(line_.substr(at), kNestedCause)) {
        EmitWord(kNestedCause);
        pending_ |= Token::kSoftBreak;
        return at + kNestedCause.size();
      }
      if (ends_here) pending_ |= Token::kAfterColon;
      break;
    case '(':
    case '[':
      pending_ |= Token::kBracket;
      break;
    case '\\':  // An escape: \t, \".
      return next == 't' ? at + 2 : at + 1;
    default: {
      const size_t wide = WidePunctuation(line_, at);
      if (wide == 3) pending_ |= Token::kHardBreak;
      return at + std::max<size_t>(wide, 1);
    }
  }
  return at + 1;
}

// Quotes hold names and users' words, unless they are values of a structure
// such as {"message": "..."} or list items.
size_t LineReader::ReadQuote(size_t at, size_t end) {
  pending_ |= Token::kSoftBreak;
  const size_t close = ClosingQuote(
      line_, at, end, value_percent_ < 100 ? kMaxNamedValue : kMaxQuote);
  if (close == absl::string_view::npos || depth_ >= kMaxQuoteDepth ||
      (at > 0 && absl::ascii_isalnum(line_[at - 1]))) {
    return at + 1;
  }
  absl::string_view content = line_.substr(at + 1, close - at - 1);
  absl::ConsumeSuffix(&content, "\\");
  const size_t after = SkipBlanks(line_, close + 1);
  const bool is_key = At(line_, after) == ':' && At(line_, after + 1) != ':' &&
                      !absl::StrContains(content, ' ');
  if (is_key) {
    pending_ |= Token::kKey;
    ReadQuoted(at + 1, close, kKeyPercent, true);
    pending_ &= ~Token::kKey;
    value_percent_ = NamesAThing(content) ? kNamedValuePercent : 100;
    pending_ |= Token::kSoftBreak;
    return after + 1;
  }
  const int percent = QuotedPercent(at, content);
  const bool is_name = percent <= kQuotedNamePercent;
  ReadQuoted(at + 1, close, percent, is_name);
  if (is_name) name_end_ = close + 1;
  return close + 1;
}

int LineReader::QuotedPercent(size_t at, absl::string_view content) const {
  if (value_percent_ < 100) return value_percent_;
  size_t before = at;
  while (before > 0 &&
         (line_[before - 1] == ' ' || line_[before - 1] == '\\')) {
    --before;
  }
  const char previous = before == 0 ? '\0' : line_[before - 1];
  if (previous == ',' && name_end_ + 1 == before) return kQuotedNamePercent;
  const absl::string_view word =
      tokens_->empty() ? absl::string_view() : tokens_->back().raw;
  // Unsupported parameter: 'max_tokens'; KeyError: 'timeout'.
  if (previous == ':' &&
      (NamesAThing(word) ||
       absl::EndsWith(line_.substr(0, before), "KeyError:"))) {
    return kQuotedNamePercent;
  }
  if (absl::StrContains(":=,[{(", absl::string_view(&previous, 1))) return 100;
  const auto blanks = std::count(content.begin(), content.end(), ' ');
  // cause=17 "User busy": the text of a code.
  if (blanks > 0 && !tokens_->empty() && tokens_->back().Has(Token::kNumber) &&
      absl::ascii_isupper(content[0])) {
    return 100;
  }
  if (blanks > 2) return kQuotedTextPercent;
  return TellsWhatFailed(word) ? 100 : kQuotedNamePercent;
}

void LineReader::ReadQuoted(size_t begin, size_t end, int percent,
                            bool is_name) {
  const int saved = percent_;
  percent_ = percent_ * percent / 100;
  const size_t first = tokens_->size();
  ++depth_;
  value_percent_ = 100;
  ReadRange(begin, end);
  --depth_;
  percent_ = saved;
  pending_ |= Token::kSoftBreak;
  if (is_name && tokens_->size() > first) {
    (*tokens_)[first].next = static_cast<uint32_t>(tokens_->size());
  }
}

bool LineReader::StartsClause() const {
  return (pending_ & (Token::kHardBreak | Token::kSoftBreak)) != 0;
}

bool LineReader::IsParameter(absl::string_view name, size_t end) const {
  size_t i = end;
  if (IsQuote(At(line_, i))) ++i;
  if (At(line_, i) == ' ' && At(line_, i + 1) == '=') ++i;
  const char separator = At(line_, i);
  if (separator != '=' && separator != ':') return false;
  if (NamesAnError(name)) return false;
  const bool compound = name.find_first_of("_.-") != name.npos;
  // "connection refused: 3 times" is no parameter.
  if (separator == ':' && !compound && !StartsClause()) return false;
  i = SkipBlanks(line_, i + 1);
  if (IsQuote(At(line_, i))) ++i;
  if (At(line_, i) == '-') ++i;
  if (absl::ascii_isdigit(At(line_, i))) return true;
  const absl::string_view value = line_.substr(std::min(i, line_.size()));
  for (const absl::string_view word : {"none", "null", "true", "false"}) {
    if (absl::StartsWithIgnoreCase(value, word) &&
        !absl::ascii_isalnum(At(value, word.size()))) {
      return true;
    }
  }
  return false;
}

// In "variable lock_timeout not found" and "undefined symbol: lock_timeout"
// nothing is locked.
bool LineReader::IsDeclaredName(absl::string_view text) const {
  const bool follows = !StartsClause() || ((pending_ & Token::kAfterColon) &&
                                           !(pending_ & Token::kHardBreak));
  return follows && !tokens_->empty() && absl::StrContains(text, '_') &&
         PrecedesAName(tokens_->back().raw);
}

size_t LineReader::ReadAtom(size_t at, size_t end) {
  const Atom atom = ScanAtom(line_, at, end);
  const char after = At(line_, atom.end);
  const int saved = percent_;
  percent_ = percent_ * value_percent_ / 100;
  value_percent_ = 100;
  if (IsDeclaredName(atom.text)) {
    percent_ = percent_ * kQuotedNamePercent / 100;
  } else if (IsParameter(atom.text, atom.end)) {
    percent_ = percent_ * kKeyPercent / 100;
    pending_ |= Token::kKey;
  } else if (after == '=' && At(line_, atom.end + 1) != '=') {
    percent_ = percent_ * kPropertyPercent / 100;
    if (NamesAThing(atom.text)) value_percent_ = kNamedValuePercent;
  } else if (after == ':' && StartsClause() &&
             IsQuote(At(line_, SkipBlanks(line_, atom.end + 1))) &&
             NamesAThing(atom.text)) {
    value_percent_ = kNamedValuePercent;
  }
  EmitAtom(atom);
  pending_ &= ~Token::kKey;
  percent_ = saved;
  return atom.end;
}

void LineReader::EmitAtom(const Atom& atom) {
  const absl::string_view text = atom.text;
  if (atom.url || atom.path || atom.flag || atom.at_sign) {
    EmitName(text);
  } else if (atom.slashes > 0) {
    EmitSlashed(atom);
  } else if (absl::ascii_isdigit(text[0]) || text[0] == '-') {
    EmitNumeric(atom);
  } else if (atom.Qualified()) {
    EmitQualified(atom);
  } else {
    EmitIdentifier(text);
  }
}

// HTTP/1.1, read/write, fork/exec; owner/project.
void LineReader::EmitSlashed(const Atom& atom) {
  const size_t slash = atom.text.find('/');
  const absl::string_view left = atom.text.substr(0, slash);
  const absl::string_view right = atom.text.substr(slash + 1);
  if (absl::EqualsIgnoreCase(atom.text, "i/o")) {
    EmitWord("io");
  } else if (absl::EqualsIgnoreCase(left, "http")) {
    EmitWord(left);
  } else if (atom.slashes > 1 || atom.dots > 0 || atom.backslashes > 0) {
    EmitName(atom.text);
  } else {
    const int saved = percent_;
    percent_ = percent_ * kSlashedPercent / 100;
    EmitIdentifier(left);
    pending_ |= Token::kSoftBreak;
    EmitIdentifier(right);
    percent_ = saved;
  }
}

// Of java.net.SocketTimeoutException and Net::OpenTimeout the last part says
// what happened; file.py, db.example.com and spring.read.timeout are names.
void LineReader::EmitQualified(const Atom& atom) {
  const absl::string_view text = atom.text;
  const size_t cut = text.find_last_of(".:\\$");
  const absl::string_view last = text.substr(cut + 1);
  const absl::string_view first = text.substr(0, text.find_first_of(".:\\$"));
  const bool has_upper = std::any_of(
      last.begin(), last.end(), [](char c) { return absl::ascii_isupper(c); });
  // NOLINTNEXTLINE(bugprone-branch-clone): the order of the questions counts.
  if (absl::ascii_isdigit(last[0]) || (!has_upper && IsFileEnding(last))) {
    EmitName(text);
  } else if (has_upper) {
    // Throttling.User; Neo.TransientError.Transaction.Outdated.
    const absl::string_view second =
        text.substr(std::min(first.size() + 1, text.size()));
    const absl::string_view kind = second.substr(0, second.find('.'));
    if (atom.dots == 1 && absl::ascii_isupper(first[0])) {
      EmitIdentifier(first);
      pending_ |= Token::kSoftBreak;
    } else if (atom.dots > 2 && absl::EndsWith(kind, "Error")) {
      EmitIdentifier(kind);
      pending_ |= Token::kSoftBreak;
    }
    EmitIdentifier(last);
  } else if (text[cut] != '.' || line_ == text ||
             (StartsClause() && At(line_, atom.end) == ':')) {
    EmitIdentifier(last);
  } else {
    EmitName(text);
  }
}

// 503, 45.000s, 10.0.0.1, 2026-02-09, 40P01, 0x80070005, 3xx, 4-bit.
void LineReader::EmitNumeric(const Atom& atom) {
  absl::string_view text = atom.text;
  const bool negative = absl::ConsumePrefix(&text, "-");
  if (AllDigits(text)) {
    EmitNumber(atom.text);
  } else if (atom.dots > 1 || atom.colons > 0) {
    EmitName(text);
  } else if (atom.dots == 1) {
    Emit(atom.text)->flags |= Token::kNumber;
  } else if (!negative && absl::StrContains(text, '-')) {
    const size_t dash = text.find('-');
    if (text.find_first_not_of("0123456789-") == text.npos) {
      EmitName(text);
      return;
    }
    EmitMixed(text.substr(0, dash));
    if (dash + 1 < text.size()) EmitIdentifier(text.substr(dash + 1));
  } else {
    EmitMixed(text);
  }
}

void LineReader::EmitIdentifier(absl::string_view name) {
  for (size_t begin = 0; begin < name.size();) {
    if (name[begin] == '_' || name[begin] == '-') {
      ++begin;
      continue;
    }
    const size_t piece = std::min(name.find_first_of("_-", begin), name.size());
    if (LooksLikeId(name.substr(begin, piece - begin))) {
      EmitName(name.substr(begin, piece - begin));
      begin = piece;
      continue;
    }
    size_t end = begin + 1;
    while (end < name.size() && name[end] != '_' && name[end] != '-' &&
           !StartsWord(name, end)) {
      ++end;
    }
    const absl::string_view word = name.substr(begin, end - begin);
    if (AllDigits(word)) {
      EmitNumber(word);
    } else if (absl::ascii_isdigit(word.back()) ||
               absl::ascii_isdigit(word[0])) {
      EmitMixed(word);
    } else {
      EmitWord(word);
    }
    begin = end;
  }
}

void LineReader::EmitWord(absl::string_view word) {
  Token* token = Emit(word);
  if (word.size() > kMaxWordBytes) return;
  std::array<char, kMaxWordBytes> lower;
  const size_t size = Lower(word, &lower);
  token->word = vocabulary_.Find(absl::string_view(lower.data(), size));
}

// sha256 and 40p01 are words if the tables know them; AADSTS700016, HTTP503 and
// Error404 are a word and a number; 30s and 4GiB are numbers.
void LineReader::EmitMixed(absl::string_view word) {
  std::array<char, kMaxWordBytes> lower;
  const bool known =
      word.size() <= kMaxWordBytes &&
      vocabulary_.Find(absl::string_view(lower.data(), Lower(word, &lower))) !=
          Vocabulary::kUnknown;
  const size_t digits = word.find_first_of("0123456789");
  if (known) {
    EmitWord(word);
  } else if ((digits > 1 || (digits == 1 && word[0] == 'E')) &&
             digits < word.size() && AllDigits(word.substr(digits))) {
    EmitWord(word.substr(0, digits));
    EmitNumber(word.substr(digits));
  } else {
    Token* token = Emit(word);
    if (digits == 0) token->flags |= Token::kNumber;
  }
}

void LineReader::EmitNumber(absl::string_view digits) {
  Token* token = Emit(digits);
  token->flags |= Token::kNumber;
  if (digits.size() > 10 || !absl::SimpleAtoi(digits, &token->number)) {
    token->number = Token::kNoNumber;
  }
  if (digits.size() < 10) token->word = vocabulary_.Find(digits);
}

void LineReader::EmitName(absl::string_view name) {
  Token* token = Emit(name);
  token->flags |= Token::kName;
  // A file that is a lock says something by its name.
  if (absl::EndsWith(name, ".lock")) token->word = vocabulary_.Find(kAnyLock);
}

Token* LineReader::Emit(absl::string_view raw) {
  Token& token = tokens_->emplace_back();
  token.raw = raw;
  token.percent = static_cast<uint8_t>(std::min(percent_, 200));
  token.flags = pending_;
  token.next = static_cast<uint32_t>(tokens_->size());
  pending_ &= Token::kKey;
  return &token;
}

}  // namespace recourse
