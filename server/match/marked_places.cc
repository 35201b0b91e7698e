#include "server/match/marked_places.h"

#include <algorithm>
#include <cstddef>

namespace recourse {
namespace {

constexpr int kRootPercent = 130;
constexpr int kWrapperPercent = 80;
constexpr int kReasonPercent = 120;
constexpr int kBeforeReasonPercent = 85;
constexpr int kContextPercent = 70;
constexpr int kBeforeLastColonPercent = 94;
constexpr int kAdvicePercent = 30;
constexpr int kTriedPercent = 60;
constexpr int kSuccessPercent = 20;
constexpr size_t kNegatedWords = 3;
constexpr int kMaxPercent = 200;

void Scale(size_t begin, size_t end, int percent, std::vector<Token>* tokens) {
  end = std::min(end, tokens->size());
  for (size_t i = begin; i < end; ++i) {
    Token& token = (*tokens)[i];
    token.percent = static_cast<uint8_t>(
        std::min(token.percent * percent / 100, kMaxPercent));
  }
}

size_t SentenceEnd(size_t at, const std::vector<Token>& tokens) {
  while (at < tokens.size() && !tokens[at].Has(Token::kHardBreak)) ++at;
  return at;
}

size_t SentenceBegin(size_t at, const std::vector<Token>& tokens) {
  while (at > 0 && !tokens[at].Has(Token::kHardBreak)) --at;
  return at;
}

// "failed to start: connection refused": the refusal is what happened.
void LowerWrapper(const WordingHit& hit, std::vector<Token>* tokens) {
  for (size_t i = hit.end(); i < tokens->size(); ++i) {
    if ((*tokens)[i].Has(Token::kHardBreak)) return;
    if ((*tokens)[i].Has(Token::kAfterColon)) {
      Scale(hit.begin(), i, kTriedPercent, tokens);
      return;
    }
  }
}

void Negate(const WordingHit& hit, std::vector<Token>* tokens) {
  const size_t end = std::min(hit.end() + kNegatedWords, tokens->size());
  for (size_t i = hit.end(); i < end; ++i) {
    if ((*tokens)[i].Has(Token::kSoftBreak)) return;
    (*tokens)[i].flags |= Token::kNegated;
  }
}

void Apply(Marker marker, const WordingHit& hit, std::vector<Token>* tokens) {
  const size_t begin = hit.begin(), end = hit.end(), all = tokens->size();
  switch (marker) {
    case Marker::kNone:
      return;
    case Marker::kRootFollows:
    case Marker::kRootAfterColon:
      Scale(0, begin, kWrapperPercent, tokens);
      Scale(end, all, kRootPercent, tokens);
      return;
    case Marker::kReasonFollows:
      Scale(SentenceBegin(begin, *tokens), begin, kBeforeReasonPercent, tokens);
      Scale(end, SentenceEnd(end, *tokens), kReasonPercent, tokens);
      return;
    case Marker::kRootPrecedes:
      Scale(0, begin, kRootPercent, tokens);
      Scale(end, all, kWrapperPercent, tokens);
      return;
    case Marker::kContextPrecedes:
      Scale(0, begin, kContextPercent, tokens);
      return;
    case Marker::kAdvice:
      Scale(begin, SentenceEnd(end, *tokens), kAdvicePercent, tokens);
      return;
    case Marker::kNegation:
      return Negate(hit, tokens);
    case Marker::kWrapper:
      return LowerWrapper(hit, tokens);
    case Marker::kSetting:
      for (size_t i = 0; i + 1 < hit.size; ++i) {
        (*tokens)[hit.tokens[i]].flags |= Token::kNegated;
      }
      return;
    case Marker::kSuccess:
      Scale(0, all, kSuccessPercent, tokens);
      return;
  }
}

bool IsRoot(const MarkedPlace& place, const std::vector<Token>& tokens) {
  const size_t end = place.hit.end();
  return place.marker == Marker::kRootFollows ||
         (place.marker == Marker::kRootAfterColon && end < tokens.size() &&
          tokens[end].Has(Token::kAfterColon));
}

// "qemu closed unexpectedly: could not open x: permission denied": of as clear
// findings the last is the cause.
void FavourLastClause(std::vector<Token>* tokens) {
  size_t begin = 0, colon = 0;
  for (size_t i = 0; i <= tokens->size(); ++i) {
    const bool ends =
        i == tokens->size() || (*tokens)[i].Has(Token::kHardBreak);
    if (ends && colon > begin) {
      Scale(begin, colon, kBeforeLastColonPercent, tokens);
    }
    if (ends) begin = colon = i;
    if (!ends && (*tokens)[i].Has(Token::kAfterColon)) colon = i;
  }
}

}  // namespace

void ApplyMarkers(const std::vector<MarkedPlace>& places,
                  std::vector<Token>* tokens) {
  const MarkedPlace* root = nullptr;
  size_t applied = 0;
  for (const MarkedPlace& place : places) {
    if (IsRoot(place, *tokens)) {
      root = &place;
    } else if (place.marker == Marker::kRootAfterColon) {
      continue;
    } else if (applied++ < kMaxMarkers) {
      Apply(place.marker, place.hit, tokens);
    }
  }
  if (root != nullptr) Apply(root->marker, root->hit, tokens);
  FavourLastClause(tokens);
}

}  // namespace recourse
