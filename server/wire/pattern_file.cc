#include "server/wire/pattern_file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

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

// Every id once in all of `sources`.
absl::Status CheckIds(const Sources& sources) {
  std::map<std::string, const PatternSource*> first;
  for (const PatternSource& source : sources) {
    const auto [known, added] =
        first.emplace(source.pattern.pattern_id(), &source);
    if (added) continue;
    return absl::AlreadyExistsError(
        absl::StrCat(source.file, ":", source.line, ": pattern_id ",
                     source.pattern.pattern_id(), " stands twice, first in ",
                     known->second->file, ":", known->second->line));
  }
  return absl::OkStatus();
}

// Everything but ids that stand twice.
absl::StatusOr<Sources> ReadSources(const std::string& name,
                                    const std::string& text) {
  internal::v1::PatternFile file;
  YamlLines lines;
  absl::Status status = ReadYaml(name, text, file, &lines);
  if (!status.ok()) return status;
  Sources sources;
  for (int i = 0; i < file.patterns_size(); ++i) {
    const std::string at = absl::StrCat("patterns[", i, "]");
    sources.push_back({file.patterns(i), name,
                       LineOf(lines, absl::StrCat(at, ".pattern_id"))});
    status = CheckPattern(sources.back(), at, lines);
    if (!status.ok()) return status;
  }
  return sources;
}

absl::StatusOr<Sources> LoadUnchecked(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return ReadSources(path, *text);
}

absl::StatusOr<Sources> CheckedForIds(absl::StatusOr<Sources> sources) {
  if (!sources.ok()) return sources;
  const absl::Status status = CheckIds(*sources);
  if (!status.ok()) return status;
  return sources;
}

}  // namespace

absl::StatusOr<Sources> LoadPatternFile(const std::string& path) {
  return CheckedForIds(LoadUnchecked(path));
}

absl::StatusOr<Sources> ParsePatternText(const std::string& name,
                                         const std::string& text) {
  return CheckedForIds(ReadSources(name, text));
}

absl::StatusOr<Sources> LoadPatternDirectory(const std::string& directory) {
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
  if (error) return FileError(directory, error);
  std::sort(paths.begin(), paths.end());
  Sources all;
  for (const std::string& path : paths) {
    absl::StatusOr<Sources> sources = LoadUnchecked(path);
    if (!sources.ok()) return sources;
    std::move(sources->begin(), sources->end(), std::back_inserter(all));
  }
  return CheckedForIds(std::move(all));
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
