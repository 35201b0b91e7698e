#include "server/match/size_limit.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "re2/re2.h"

namespace recourse {
namespace {

// More is no size that anyone states; it fits an int64.
constexpr double kMaxSize = 1e18;

// A wording, with <L> for the limit, <A> for what was sent and <+> for what
// else was sent; <L:>, <A:> need a unit behind the number, <L?>, <A?> may have
// one. `unit` is for numbers without.
struct Wording {
  absl::string_view regex;
  absl::string_view unit;
};

constexpr absl::string_view kTokens = "tokens";
constexpr absl::string_view kBytes = "bytes";
constexpr absl::string_view kCharacters = "characters";
constexpr absl::string_view kItems = "items";

// Asked in order: what states both sizes, then what states one. Gaps end with
// the line.
constexpr Wording kWordings[] = {
    // Language models.
    {"max_(?:completion_)?tokens\\W[^\\n]*?too large: <A>\\.[^\\n]*?maximum "
     "context length is <L> tokens and your request has <+> input",
     kTokens},
    {"maximum (?:context|input) length is <L> tokens[^\\n]*?"
     "(?:resulted in|requested|has|have|contains?|passed)"
     "(?: about| at least)? <A> (?:\\w+ )?(?:tokens|in )",
     kTokens},
    {"(?:exceeds?|over) (?:the )?context (?:limit|window|length)[^\\n\\d]*?"
     "<A> ?\\+ ?<+> ?> ?<L>",
     kTokens},
    {"too long: <A> tokens ?> ?<L>", kTokens},
    {"token count \\(<A>\\) exceeds[^\\n]*?\\(<L>\\)", kTokens},
    {"token count is <A> but[^\\n]*? up to <L>", kTokens},
    {"request too large for [^\\n]*?limit:? <L>, requested:? <A>", kTokens},
    {"tokens[^\\n]*? cannot exceed <L>[ ,;-]+received <A>", kTokens},
    {"contains <A> tokens[^\\n]*?too large[^\\n]*? with <L> maximum context",
     kTokens},
    {"inputs\\W tokens \\+ \\Wmax_new_tokens\\W must be <= <L>\\. given: <A> "
     "\\W?inputs\\W? tokens and <+> ",
     kTokens},
    {"must have less than <L> tokens\\. given: <A>", kTokens},
    {"\\(length <A>\\) is longer than the maximum model length of <L>",
     kTokens},
    {"\\(<A:>\\) is too long and exceeds (?:the )?(?:limit|capacity) of <L?>",
     ""},
    {"string with maximum length <L>, but got a string with length <A>",
     kCharacters},
    {"array with maximum length <L>, but got an array with length <A>", kItems},
    {"expected maxlength: <L>, actual: <A>", kCharacters},
    {"content size limit \\(<L>\\) exceeded \\(<A>", kBytes},
    // Messages of RPC systems and queues.
    {"message larger than max \\(<A> vs\\.? <L>\\)", kBytes},
    {"message exceeds maximum size <L>: <A>", kBytes},
    {"frame length exceeds <L>: <A>", kBytes},
    {"message is <A> bytes when serialized which is larger than <L>", kBytes},
    {"longer than <L:>\\. you have sent <A?>", kBytes},
    {"you passed <A> in the request,? but (?:the )?maximum value is <L>", ""},
    // Databases.
    {"size in bytes: <A>, max size: <L>", kBytes},
    {"size: <A> [^\\n]*?is invalid\\. size must be between 0 and <L>", kBytes},
    {"document too large \\(<A:>\\)[^\\n]*? up to <L:>", kBytes},
    {"row size <A> exceeds [^\\n]*?maximum <L>", kBytes},
    {"too big: size <A>, maximum size <L>", kBytes},
    {"\\(actual: <A>, maximum: <L>\\)", ""},
    {"must be less than or equal to: \\[<L>\\] but was \\[<A>\\]", kItems},
    {"content is too long \\[<A>\\] for the configured buffer limit \\[<L>\\]",
     kBytes},
    {"length \\[<A>\\] of [^\\n]*? exceeded \\[<L>\\]", kCharacters},
    {"size \\(<L>\\) exceeded, actual size [^\\n]*?is <A>", kBytes},
    // Uploads.
    {"<(?:Proposed)?Size><A></[^\\n]*?<MaxSizeAllowed><L><", kBytes},
    {"<MaxSizeAllowed><L></[^\\n]*?<(?:Proposed)?Size><A><", kBytes},
    {"proposedsize['\":\\s]+<A>[^\\n]*?maxsizeallowed['\":\\s]+<L>", kBytes},
    {"\\bexpected: ?<A>, length: ?\\d+, limit: ?<L>\\b", kBytes},
    {"too big size=<A>/<L:>", kBytes},
    {"is <A:>; this exceeds [^\\n]*? limit of <L:>", kBytes},
    // Whatever states both.
    {"(?:too (?:long|large|big)|exceed\\w*|(?:longer|larger) than)\\b"
     "[^\\n\\d]*?[^\\n]{0,16}?[:(] ?<A?> ?> ?<L?>",
     ""},
    {"(?:size|length|payload|body|content|request|input|prompt|message|"
     "document|file|image) \\(<A?>\\) (?:is )?(?:exceed(?:s|ed)|larger than|"
     "greater than|bigger than|longer than) [^\\n(\\d]*\\(?<L?>",
     ""},
    {"(?:size|length)(?: of|:)? <A?> (?:is |was )?(?:exceed(?:s|ed)|larger "
     "than|greater than|bigger than|longer than) [^\\n(\\d]*\\(?<L?>",
     ""},
    {"at most <L:> after validation, not <A>", kItems},
    // One size.
    {"too large (?:chunked )?body: <A:>", kBytes},
    {"value too long for type character(?: varying)?\\(<L>\\)", kCharacters},
    {"max(?:content|body)length size of <L> exceeded", kBytes},
    {"limit on max bytes to buffer ?: <L>", kBytes},
    {"too large: limit is <L>", kBytes},
    {"maximum context length is <L> tokens", kTokens},
    {"must be <L> or fewer in length", kCharacters},
    {"length less than or equal to <L>", ""},
    {"(?:not|cannot|can't|never) (?:exceed|(?:be |have )?(?:longer|larger|more|"
     "greater|bigger) than) <L:>",
     ""},
    {"(?:must|should|can|may|too long)\\b[^\\n\\d]{0,24} (?:at most|no (?:more|"
     "longer|larger|bigger|greater) than|less than|fewer than|shorter than|"
     "smaller than|up to) <L:>",
     ""},
    {"(?:exceed(?:s|ed)?|larger than|longer than|bigger than|over)(?: the| its|"
     " a)?(?: \\w+){0,4}? ?(?:limit|size|length|maximum|max)(?: allowed)?"
     "(?: of| is|:)? ?\\(?<L:>",
     ""},
    {"(?:length|size) (?:exceeded|exceeds|is (?:larger|bigger|longer|greater) "
     "than) <L:>",
     ""},
    {"maximum (?:\\w+ ){0,2}size (?:of |is )?<L:>(?: \\w+)? exceeded", ""},
};

// Digits with thousands separators, or a number with a fraction.
constexpr absl::string_view kNumber =
    "\\d{1,3}(?:[,_]\\d{3})+|\\d{1,15}(?:\\.\\d{1,6})?";
constexpr absl::string_view kUnit =
    "bytes?|octets?|tokens?|characters?|chars?|items?|entries|elements?|"
    "records?|rows?|messages?|documents?|fields?|[kmgt]i?b?|b";

enum Group { kActual, kActualUnit, kPlus, kLimit, kLimitUnit, kGroups };
constexpr std::array<absl::string_view, kGroups> kGroupNames = {
    "actual", "actual_unit", "plus", "limit", "limit_unit"};

struct Reader {
  std::unique_ptr<const RE2> regex;
  absl::string_view unit;
  std::array<int, kGroups> groups;  // Numbers in the regex; 0: not there.
};

std::string Expand(absl::string_view wording) {
  const auto number = [](absl::string_view name) {
    return absl::StrCat("(?P<", name, ">", kNumber, ")");
  };
  const auto unit = [](absl::string_view name) {
    return absl::StrCat("[ -]?(?P<", name, "_unit>", kUnit, ")\\b");
  };
  const std::string actual = number("actual");
  const std::string limit = number("limit");
  return absl::StrCat(
      "(?i)", absl::StrReplaceAll(
                  wording,
                  {{"<A>", actual},
                   {"<A:>", actual + unit("actual")},
                   {"<A?>", absl::StrCat(actual, "(?:", unit("actual"), ")?")},
                   {"<+>", number("plus")},
                   {"<L>", limit},
                   {"<L:>", limit + unit("limit")},
                   {"<L?>", absl::StrCat(limit, "(?:", unit("limit"), ")?")}}));
}

const std::vector<Reader>& Readers() {
  static const auto* const readers = [] {
    auto* made = new std::vector<Reader>();
    for (const Wording& wording : kWordings) {
      Reader reader{
          std::make_unique<const RE2>(Expand(wording.regex)), wording.unit, {}};
      const auto& names = reader.regex->NamedCapturingGroups();
      for (int i = 0; i < kGroups; ++i) {
        const auto it = names.find(std::string(kGroupNames[i]));
        if (it != names.end()) reader.groups[i] = it->second;
      }
      made->push_back(std::move(reader));
    }
    return made;
  }();
  return *readers;
}

struct Size {
  double amount = 0;  // 0: not stated.
  std::string unit;
};

// Turns KB and the like into bytes, any unit into its plural.
Size ToSize(absl::string_view number, absl::string_view unit) {
  Size size;
  if (!absl::SimpleAtod(absl::StrReplaceAll(number, {{",", ""}, {"_", ""}}),
                        &size.amount)) {
    return {};
  }
  const std::string name = absl::AsciiStrToLower(unit);
  constexpr absl::string_view kMultiples = "kmgt";
  const size_t power = name.size() <= 3 && !name.empty()
                           ? kMultiples.find(name[0])
                           : absl::string_view::npos;
  if (power != absl::string_view::npos) {
    for (size_t i = 0; i <= power; ++i) size.amount *= 1024;
    size.unit = std::string(kBytes);
  } else if (name == "b" || absl::StartsWith(name, "octet")) {
    size.unit = std::string(kBytes);
  } else if (absl::StartsWith(name, "char")) {
    size.unit = std::string(kCharacters);
  } else {
    size.unit = name;
    if (!name.empty() && name.back() != 's') size.unit.push_back('s');
  }
  return size;
}

// The statement that a match makes; nullopt when its sizes make no sense.
std::optional<SizeLimit> ToLimit(
    const Reader& reader, const std::vector<re2::StringPiece>& submatches) {
  const auto group = [&](Group g) {
    const int index = reader.groups[g];
    if (index == 0) return absl::string_view();
    return absl::string_view(submatches[index].data(),
                             submatches[index].size());
  };
  Size limit = ToSize(group(kLimit), group(kLimitUnit));
  Size actual = ToSize(group(kActual), group(kActualUnit));
  actual.amount += ToSize(group(kPlus), "").amount;
  for (auto [size, other] : {std::pair{&limit, &actual}, {&actual, &limit}}) {
    if (size->unit.empty()) {
      size->unit = other->unit.empty() ? std::string(reader.unit) : other->unit;
    }
  }
  if (std::max(limit.amount, actual.amount) > kMaxSize) return std::nullopt;
  if (limit.amount > 0 && actual.amount > 0 &&
      (limit.unit != actual.unit || actual.amount <= limit.amount)) {
    return std::nullopt;
  }
  if (limit.amount < 1 && actual.amount < 1) return std::nullopt;
  return SizeLimit{static_cast<int64_t>(limit.amount),
                   static_cast<int64_t>(actual.amount),
                   limit.amount > 0 ? limit.unit : actual.unit};
}

// Most errors name neither a number nor a size.
bool MayStateSize(absl::string_view text) {
  static const RE2* const kWords = new RE2(
      "(?i)maximum|too (?:large|long|big)|(?:larger|longer|bigger|greater|"
      "smaller|shorter|fewer|less|more) than|exceed|at most|context l|up to|"
      "max(?:content|body)length|max bytes|maxsize|maxlength|max size|limit:|"
      "or fewer|must be between|token count|\\W must be <=");
  return std::any_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *kWords);
}

}  // namespace

std::optional<SizeLimit> FindSizeLimit(absl::string_view text) {
  if (!MayStateSize(text)) return std::nullopt;
  const re2::StringPiece piece(text.data(), text.size());
  std::vector<re2::StringPiece> submatches;
  for (const Reader& reader : Readers()) {
    submatches.assign(reader.regex->NumberOfCapturingGroups() + 1, {});
    if (!reader.regex->Match(piece, 0, piece.size(), RE2::UNANCHORED,
                             submatches.data(),
                             static_cast<int>(submatches.size()))) {
      continue;
    }
    if (auto limit = ToLimit(reader, submatches)) return limit;
  }
  return std::nullopt;
}

}  // namespace recourse
