#include "client/cli/pattern_paths.h"

#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace recourse::cli {
namespace {

PatternReading ReadPath(const std::string& path, WhenEmpty when_empty) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  PatternReading reading =
      folder ? ReadPatternDirectory(path) : ReadPatternFile(path);
  const bool empty = reading.sources.empty() && reading.errors.empty();
  if (empty && when_empty == WhenEmpty::kError) {
    reading.errors.push_back(absl::NotFoundError(
        absl::StrCat("no pattern in ", path,
                     folder ? ", directly in a *.yaml or *.yml file"
                            : ", which needs `patterns:` and a list")));
  }
  return reading;
}

}  // namespace

PatternReading ReadPatterns(const std::vector<std::string>& paths,
                            WhenEmpty when_empty) {
  PatternReading all;
  for (const std::string& path : paths) {
    PatternReading one = ReadPath(path, when_empty);
    std::move(one.sources.begin(), one.sources.end(),
              std::back_inserter(all.sources));
    std::move(one.errors.begin(), one.errors.end(),
              std::back_inserter(all.errors));
  }
  for (absl::Status& error : TakeRepeatedIds(all.sources)) {
    all.errors.push_back(std::move(error));
  }
  return all;
}

void PrintErrors(const PatternReading& reading, Context& context) {
  for (const absl::Status& error : reading.errors) context.FailUsage(error);
}

}  // namespace recourse::cli
