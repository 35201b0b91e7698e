// Finds the wordings of the tables in an error's tokens, in one pass.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/match/error_tokens.h"
#include "server/match/vocabulary.h"
#include "server/match/wording_syntax.h"

namespace recourse {

// A wording found: which entry, and the tokens that are its words.
struct WordingHit {
  static constexpr size_t kMaxWords = 8;

  uint16_t entry = 0;
  uint8_t size = 0;  // Words.
  bool gaps = false;
  std::array<uint32_t, kMaxWords> tokens{};

  uint32_t begin() const { return tokens[0]; }
  uint32_t end() const { return tokens[size - 1] + 1; }
};

// Wordings in the notation of wording_syntax.h as one graph whose edges are
// words. Build with Add and Freeze; then safe for concurrent use. Linear in the
// number of tokens: at each, no more is tried than the graph, its gaps and a
// few fillers allow.
class WordingGraph {
 public:
  static constexpr size_t kMaxHits = 2048;  // The rest is not reported.
  static constexpr int kMaxGap = 4;
  static constexpr int kMaxFillers = 3;  // Between two words.

  // Adds a wording for `entry`. The status is ParseWording's. Of two equal
  // wordings the first counts.
  absl::Status Add(absl::string_view wording, uint16_t entry);

  // Call once, after the last Add.
  void Freeze();

  // All hits, in the order of their first tokens. Longer ones than kMaxWords
  // are left out.
  void Find(absl::Span<const Token> tokens,
            std::vector<WordingHit>* hits) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }
  size_t node_count() const { return nodes_.size(); }

 private:
  using NodeId = uint32_t;
  using NodeSet = std::vector<NodeId>;
  static constexpr NodeId kRoot = 0;
  static constexpr NodeId kNone = 0;  // The root is nobody's child.
  static constexpr int32_t kNoEntry = -1;

  struct Edge {
    WordId word;
    NodeId node;
  };
  struct Node {
    uint64_t words = 0;       // A bit for each edge's word, modulo 64.
    std::vector<Edge> edges;  // Sorted by word once frozen.
    NodeId gap = kNone;       // Where "..", and ":", lead.
    NodeId soft = kNone;
    int32_t entry = kNoEntry;
  };
  struct Walk;

  // Add parts from each node of `from` on; the last word leads to `target`.
  // They return where the wording goes on.
  NodeSet AddParts(absl::Span<const WordingPart> parts, const NodeSet& from,
                   NodeId target);
  NodeSet AddPart(const WordingPart& part, const NodeSet& from, NodeId target);
  NodeSet AddBreak(NodeId Node::*link, const NodeSet& from, NodeId target);
  NodeSet AddWord(WordId word, const NodeSet& from, NodeId target);
  NodeId NewNode();

  void Take(NodeId node, uint32_t at, Walk* walk) const;
  void Step(NodeId node, uint32_t at, Walk* walk) const;
  void FollowFillers(NodeId node, uint32_t at, Walk* walk) const;
  void FollowGap(NodeId node, uint32_t at, Walk* walk) const;
  void Follow(NodeId node, uint32_t at, Walk* walk) const;
  void FollowWord(NodeId node, WordId word, uint32_t at, Walk* walk) const;

  Vocabulary vocabulary_;
  std::vector<bool> fillers_;  // By word, once frozen.
  WordId number_ = Vocabulary::kUnknown;
  std::vector<Node> nodes_ = std::vector<Node>(1);
  // What wordings that begin alike share, by the text of their first part.
  absl::flat_hash_map<std::string, NodeSet> beginnings_;
};

}  // namespace recourse
