// Pattern files: `patterns:` and a list, in the API's own field names.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "recourse/v1/pattern.pb.h"

namespace recourse {

// One pattern and where it stands, for messages to people.
struct PatternSource {
  v1::ErrorPattern pattern;
  std::string file;
  int line = 0;  // Of its pattern_id, from 1.
};

// What could be read, and all that could not.
struct PatternReading {
  std::vector<PatternSource> sources;
  std::vector<absl::Status> errors;
};

// Reads on after an error; a pattern with one is not among the sources. The
// errors are those of LoadPatternFile, at most YamlNotes::kMaxErrors of a
// file's form.
PatternReading ReadPatternFile(const std::string& path);

// The same for text that is in memory; `name` stands for the file in errors.
PatternReading ReadPatternText(const std::string& name,
                               const std::string& text);

// The same for what LoadPatternDirectory reads.
PatternReading ReadPatternDirectory(const std::string& directory);

// Takes away patterns whose id stands before them, and says so of each:
// ALREADY_EXISTS "FILE:LINE: ...".
std::vector<absl::Status> TakeRepeatedIds(std::vector<PatternSource>& sources);

// All or nothing, and the first error. INVALID_ARGUMENT "FILE:LINE: …" for bad
// YAML or a pattern that ParsePattern refuses; NOT_FOUND / PERMISSION_DENIED
// for the file; ALREADY_EXISTS "FILE:LINE: …" for an id that stands twice.
absl::StatusOr<std::vector<PatternSource>> LoadPatternFile(
    const std::string& path);

// The same for text that is in memory, as ReadPatternText.
absl::StatusOr<std::vector<PatternSource>> ParsePatternText(
    const std::string& name, const std::string& text);

// All *.yaml and *.yml directly in `directory` (packs in sub-folders are
// opt-in), in the order of their names; errors as above, over all files.
absl::StatusOr<std::vector<PatternSource>> LoadPatternDirectory(
    const std::string& directory);

// The text of a pattern file that holds `patterns`.
std::string PatternFileText(const std::vector<v1::ErrorPattern>& patterns,
                            bool with_revisions = false);

}  // namespace recourse
