#include "server/match/wording_graph.h"

#include <algorithm>

namespace recourse {

struct WordingGraph::Walk {
  absl::Span<const Token> tokens;
  std::vector<WordingHit>* hits;
  WordingHit current;
};

absl::Status WordingGraph::Add(absl::string_view wording, uint16_t entry) {
  auto parts = ParseWording(wording);
  if (!parts.ok()) return parts.status();
  // The text of the first part ends where its brackets close.
  const size_t end = wording[0] == '('
                         ? wording.find(')')
                         : std::min(wording.find(' '), wording.size());
  const std::string first(wording.substr(0, end));
  const bool nested = first.find('(', 1) != first.npos;
  NodeSet at;
  if (const auto known = beginnings_.find(first);
      known != beginnings_.end() && !nested) {
    at = known->second;
  } else {
    at = AddPart(parts->front(), {kRoot}, NewNode());
    if (!nested) beginnings_.emplace(first, at);
  }
  at = AddParts(absl::MakeConstSpan(*parts).subspan(1), at, NewNode());
  for (const NodeId node : at) {
    if (nodes_[node].entry == kNoEntry) nodes_[node].entry = entry;
  }
  nodes_[kRoot].entry = kNoEntry;
  return absl::OkStatus();
}

WordingGraph::NodeId WordingGraph::NewNode() {
  nodes_.emplace_back();
  return static_cast<NodeId>(nodes_.size() - 1);
}

WordingGraph::NodeSet WordingGraph::AddParts(
    absl::Span<const WordingPart> parts, const NodeSet& from, NodeId target) {
  NodeSet at = from;
  for (size_t i = 0; i < parts.size(); ++i) {
    at = AddPart(parts[i], at, i + 1 < parts.size() ? NewNode() : target);
  }
  return at;
}

WordingGraph::NodeSet WordingGraph::AddPart(const WordingPart& part,
                                            const NodeSet& from,
                                            NodeId target) {
  switch (part.kind) {
    case WordingPart::kWord:
      return AddWord(vocabulary_.Add(part.word), from, target);
    case WordingPart::kNumber:
      return AddWord(vocabulary_.Add("#"), from, target);
    case WordingPart::kGap:
      return AddBreak(&Node::gap, from, target);
    case WordingPart::kSoftBreak:
      return AddBreak(&Node::soft, from, target);
    case WordingPart::kChoice:
      break;
  }
  NodeSet all;
  for (const auto& choice : part.choices) {
    for (const NodeId node : AddParts(choice, from, target)) {
      if (std::find(all.begin(), all.end(), node) == all.end()) {
        all.push_back(node);
      }
    }
  }
  return all;
}

WordingGraph::NodeSet WordingGraph::AddBreak(NodeId Node::*link,
                                             const NodeSet& from,
                                             NodeId target) {
  NodeSet all;
  for (const NodeId node : from) {
    NodeId& next = nodes_[node].*link;
    if (next == kNone) next = target;
    if (std::find(all.begin(), all.end(), next) == all.end()) {
      all.push_back(next);
    }
  }
  return all;
}

WordingGraph::NodeSet WordingGraph::AddWord(WordId word, const NodeSet& from,
                                            NodeId target) {
  for (const NodeId node : from) {
    nodes_[node].edges.push_back({word, target});
    nodes_[node].words |= uint64_t{1} << (word % 64);
  }
  return {target};
}

void WordingGraph::Freeze() {
  for (const absl::string_view filler : Fillers()) vocabulary_.Add(filler);
  number_ = vocabulary_.Find("#");
  fillers_.assign(vocabulary_.size() + 1, false);
  for (const absl::string_view filler : Fillers()) {
    fillers_[vocabulary_.Find(filler)] = true;
  }
  for (Node& node : nodes_) {
    std::sort(node.edges.begin(), node.edges.end(),
              [](const Edge& a, const Edge& b) {
                return a.word != b.word ? a.word < b.word : a.node < b.node;
              });
    node.edges.shrink_to_fit();
  }
  beginnings_.clear();
}

void WordingGraph::Find(absl::Span<const Token> tokens,
                        std::vector<WordingHit>* hits) const {
  Walk walk{tokens, hits, {}};
  for (uint32_t i = 0; i < tokens.size() && hits->size() < kMaxHits; ++i) {
    Follow(kRoot, i, &walk);
  }
}

// The walk goes on behind token `at`, which led to `node`.
void WordingGraph::Take(NodeId node, uint32_t at, Walk* walk) const {
  WordingHit& current = walk->current;
  if (current.size == WordingHit::kMaxWords) return;
  current.tokens[current.size++] = at;
  if (nodes_[node].entry != kNoEntry && walk->hits->size() < kMaxHits) {
    current.entry = static_cast<uint16_t>(nodes_[node].entry);
    walk->hits->push_back(current);
  }
  Step(node, at + 1, walk);
  --current.size;
}

void WordingGraph::Step(NodeId node, uint32_t at, Walk* walk) const {
  if (at >= walk->tokens.size() || walk->tokens[at].Has(Token::kHardBreak)) {
    return;
  }
  // A key and its value are two things.
  if (walk->tokens[at - 1].Has(Token::kKey) &&
      !walk->tokens[at].Has(Token::kKey)) {
    return;
  }
  const Node& here = nodes_[node];
  if (!here.edges.empty()) FollowFillers(node, at, walk);
  if (here.soft != kNone) Follow(here.soft, at, walk);
  if (here.gap != kNone) FollowGap(here.gap, at, walk);
}

void WordingGraph::FollowFillers(NodeId node, uint32_t at, Walk* walk) const {
  for (int skipped = 0; skipped <= kMaxFillers && at < walk->tokens.size();
       ++skipped, ++at) {
    const Token& token = walk->tokens[at];
    if (token.flags & (Token::kSoftBreak | Token::kHardBreak)) return;
    Follow(node, at, walk);
    if (!fillers_[token.word]) return;
  }
}

void WordingGraph::FollowGap(NodeId node, uint32_t at, Walk* walk) const {
  const bool gaps = walk->current.gaps;
  walk->current.gaps = true;
  for (int skipped = 0; skipped <= kMaxGap; ++skipped) {
    Follow(node, at, walk);
    if (walk->tokens[at].Has(Token::kKey)) break;
    at = walk->tokens[at].next;  // A quoted name counts as one.
    if (at >= walk->tokens.size() || walk->tokens[at].Has(Token::kHardBreak)) {
      break;
    }
  }
  walk->current.gaps = gaps;
}

void WordingGraph::Follow(NodeId node, uint32_t at, Walk* walk) const {
  const Token& token = walk->tokens[at];
  if (token.word != Vocabulary::kUnknown) {
    FollowWord(node, token.word, at, walk);
  }
  if (token.Has(Token::kNumber)) FollowWord(node, number_, at, walk);
}

void WordingGraph::FollowWord(NodeId node, WordId word, uint32_t at,
                              Walk* walk) const {
  const Node& here = nodes_[node];
  if ((here.words >> (word % 64) & 1) == 0) return;
  auto edge = std::lower_bound(
      here.edges.begin(), here.edges.end(), word,
      [](const Edge& edge, WordId wanted) { return edge.word < wanted; });
  for (; edge != here.edges.end() && edge->word == word; ++edge) {
    Take(edge->node, at, walk);
  }
}

}  // namespace recourse
