#include "client/cli/pattern_paths.h"

#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/input.h"
#include "server/wire/yaml_reader.h"

namespace recourse::cli {
namespace {

PatternReading ReadAny(const std::string& path, bool folder, Context& context) {
  if (folder) return ReadPatternDirectory(path);
  if (path != "-") return ReadPatternFile(path);
  return ReadPatternText("standard input",
                         ReadUpTo(context.in, kMaxYamlBytes + 1));
}

PatternReading ReadPath(const std::string& path, WhenEmpty when_empty,
                        Context& context) {
  std::error_code ignored;
  const bool folder =
      path != "-" && std::filesystem::is_directory(path, ignored);
  PatternReading reading = ReadAny(path, folder, context);
  const bool empty = reading.sources.empty() && reading.errors.empty();
  if (empty && when_empty == WhenEmpty::kError) {
    reading.errors.push_back(absl::NotFoundError(
        absl::StrCat("no pattern in ", path == "-" ? "standard input" : path,
                     folder ? ", directly in a *.yaml or *.yml file"
                            : ", which needs `patterns:` and a list")));
  }
  return reading;
}

}  // namespace

PatternReading ReadPatterns(const std::vector<std::string>& paths,
                            WhenEmpty when_empty, Context& context) {
  PatternReading all;
  for (const std::string& path : paths) {
    PatternReading one = ReadPath(path, when_empty, context);
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
