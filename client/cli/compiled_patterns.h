// The patterns of all files given, held as a server would hold them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/match/registry.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {

// All patterns count as of one origin: priority and id decide among them.
class CompiledPatterns {
 public:
  struct Member {
    const PatternSource* source;
    SharedPattern pattern;
  };

  // `sources` must outlive the set. INVALID_ARGUMENT "FILE:LINE: …": a pattern
  // does not compile; ALREADY_EXISTS: an id stands twice.
  static absl::StatusOr<CompiledPatterns> Compile(
      const std::vector<PatternSource>& sources);

  // In the order in which they are asked.
  const std::vector<Member>& members() const { return members_; }

  // The ACTIVE patterns that match an error of which nothing is known but this
  // text, in order; so none with conditions.
  std::vector<const Member*> Deciding(const std::string& text) const;

 private:
  std::vector<Member> members_;
  std::shared_ptr<const PatternRegistry> registry_;
};

// "FILE:LINE"
std::string Place(const PatternSource& source);

// By error_type where one of the two leaves the category to the classifier.
bool SameCategory(const Pattern& a, const Pattern& b);

}  // namespace recourse::cli
