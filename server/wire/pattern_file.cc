#include "server/wire/pattern_file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "recourse/internal/v1/pattern_file.pb.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "server/wire/yaml.h"
#include "server/wire/yaml_reader.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;
using Sources = std::vector<PatternSource>;

absl::Status FileError(const std::string& path, const std::error_code& error) {
  const std::string text = absl::StrCat(path, ": ", error.message());
  if (error == std::errc::permission_denied) {
    return absl::PermissionDeniedError(text);
  }
  return absl::NotFoundError(text);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return error ? FileError(path, error)
                 : absl::NotFoundError(absl::StrCat(path, ": is no file"));
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return FileError(path, std::error_code(errno, std::generic_category()));
  }
  // One byte more than allowed is enough to see that it is too long.
  std::string text(kMaxYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  return text;
}

// The line of `field`, or of what holds it when it does not stand in the file.
int LineOf(const YamlLines& lines, std::string field) {
  while (true) {
    const auto line = lines.find(field);
    if (line != lines.end()) return line->second;
    const size_t last = field.find_last_of(".[");
    if (last == std::string::npos) return 1;
    field.resize(last);
  }
}

absl::Status CheckPattern(const PatternSource& source, const std::string& at,
                          const YamlLines& lines) {
  const auto pattern = ParsePattern(source.pattern, Origin::kLibrary);
  if (pattern.ok()) return absl::OkStatus();
  const std::string field = FieldOf(pattern.status());
  const int line =
      LineOf(lines, field.empty() ? at : absl::StrCat(at, ".", field));
  return absl::InvalidArgumentError(absl::StrCat(
      source.file, ":", line, ": pattern ",
      source.pattern.pattern_id().empty() ? "without pattern_id"
                                          : source.pattern.pattern_id(),
      ": ", pattern.status().message()));
}

// Everything but ids that stand twice.
PatternReading ReadText(const std::string& name, const std::string& text) {
  internal::v1::PatternFile file;
  YamlNotes notes;
  const absl::Status whole = ReadYaml(name, text, file, &notes);
  PatternReading result;
  for (const YamlNotes::Error& error : notes.errors) {
    result.errors.push_back(error.status);
  }
  if (!whole.ok()) result.errors.push_back(whole);
  for (int i = 0; whole.ok() && i < file.patterns_size(); ++i) {
    const std::string at = absl::StrCat("patterns[", i, "]");
    const auto is_of_it = [&](const YamlNotes::Error& error) {
      return absl::StartsWith(error.at, at);
    };
    if (std::any_of(notes.errors.begin(), notes.errors.end(), is_of_it)) {
      continue;
    }
    PatternSource source{file.patterns(i), name,
                         LineOf(notes.lines, absl::StrCat(at, ".pattern_id"))};
    const absl::Status status = CheckPattern(source, at, notes.lines);
    if (status.ok()) {
      result.sources.push_back(std::move(source));
    } else {
      result.errors.push_back(status);
    }
  }
  return result;
}

PatternReading ReadOne(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return {.sources = {}, .errors = {text.status()}};
  return ReadText(path, *text);
}

PatternReading CheckedForIds(PatternReading reading) {
  for (absl::Status& error : TakeRepeatedIds(reading.sources)) {
    reading.errors.push_back(std::move(error));
  }
  return reading;
}

absl::StatusOr<Sources> AllOrNothing(PatternReading reading) {
  if (!reading.errors.empty()) return reading.errors.front();
  return std::move(reading.sources);
}

}  // namespace

std::vector<absl::Status> TakeRepeatedIds(Sources& sources) {
  std::map<std::string, std::string> first;
  std::vector<absl::Status> errors;
  std::erase_if(sources, [&](const PatternSource& source) {
    const std::string place = absl::StrCat(source.file, ":", source.line);
    const auto [known, added] =
        first.emplace(source.pattern.pattern_id(), place);
    if (added) return false;
    errors.push_back(absl::AlreadyExistsError(
        absl::StrCat(place, ": pattern_id ", source.pattern.pattern_id(),
                     " stands twice, first in ", known->second)));
    return true;
  });
  return errors;
}

PatternReading ReadPatternFile(const std::string& path) {
  return CheckedForIds(ReadOne(path));
}

PatternReading ReadPatternText(const std::string& name,
                               const std::string& text) {
  return CheckedForIds(ReadText(name, text));
}

PatternReading ReadPatternDirectory(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> paths;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    const bool yaml = path.extension() == ".yaml" || path.extension() == ".yml";
    std::error_code ignored;
    if (yaml && !fs::is_directory(path, ignored)) {
      paths.push_back(path.string());
    }
  }
  if (error) return {.sources = {}, .errors = {FileError(directory, error)}};
  std::sort(paths.begin(), paths.end());
  PatternReading all;
  for (const std::string& path : paths) {
    PatternReading one = ReadOne(path);
    std::move(one.sources.begin(), one.sources.end(),
              std::back_inserter(all.sources));
    std::move(one.errors.begin(), one.errors.end(),
              std::back_inserter(all.errors));
  }
  return CheckedForIds(std::move(all));
}

absl::StatusOr<Sources> LoadPatternFile(const std::string& path) {
  return AllOrNothing(ReadPatternFile(path));
}

absl::StatusOr<Sources> ParsePatternText(const std::string& name,
                                         const std::string& text) {
  return AllOrNothing(ReadPatternText(name, text));
}

absl::StatusOr<Sources> LoadPatternDirectory(const std::string& directory) {
  return AllOrNothing(ReadPatternDirectory(directory));
}

std::string PatternFileText(const std::vector<v1::ErrorPattern>& patterns,
                            bool with_revisions) {
  internal::v1::PatternFile file;
  for (const v1::ErrorPattern& pattern : patterns) {
    v1::ErrorPattern* written = file.add_patterns();
    *written = WithoutOutputFields(pattern);
    if (with_revisions) written->set_revision(pattern.revision());
  }
  return patterns.empty() ? "patterns: []\n" : ToYaml(file);
}

}  // namespace recourse
