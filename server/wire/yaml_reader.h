// The parts of wire/yaml.h that read, for wire/ itself.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "yaml-cpp/yaml.h"

namespace recourse {

inline constexpr size_t kMaxYamlBytes = 1 << 20;
inline constexpr size_t kMaxYamlNodes = 100'000;
inline constexpr size_t kMaxYamlDepth = 100;

// Where each field stands: "patterns[0].steps[1].retry" and its line, from 1.
using YamlLines = std::map<std::string, int>;

// What is known of a text beside its message.
struct YamlNotes {
  // At most; reading ends there.
  static constexpr size_t kMaxErrors = 100;

  struct Error {
    std::string at;  // The message it is in: "patterns[0].steps[1]".
    absl::Status status;
  };

  YamlLines lines;
  std::vector<Error> errors;
};

// As ParseYaml; with `notes`, also says where things stand, and goes on after
// an error that leaves the rest readable: it is then among notes->errors, and
// the status may be OK.
absl::Status ReadYaml(absl::string_view path, absl::string_view text,
                      google::protobuf::Message& message, YamlNotes* notes);

// What a scalar says about a field; the text of the status is what is wrong,
// without place.
absl::Status ReadScalar(const YAML::Node& node,
                        const google::protobuf::FieldDescriptor& field,
                        google::protobuf::Message& message);

// The same for a JSON value that is no list and no object.
absl::Status ReadJsonScalar(const YAML::Node& node,
                            google::protobuf::Value& value);

// Duration and Timestamp, as they are written.
absl::Status ReadDuration(const YAML::Node& node,
                          google::protobuf::Message& message);
absl::Status ReadTimestamp(const YAML::Node& node,
                           google::protobuf::Message& message);

// Levenshtein's: letters to replace, add or take away.
size_t EditDistance(absl::string_view a, absl::string_view b);

// "; did you mean X?", or "; known are X, Y, Z" when none is near.
std::string Suggestion(absl::string_view word,
                       const std::vector<std::string>& known);

// The names of an enum's values without the prefix of its type.
std::string ShortName(const google::protobuf::EnumValueDescriptor& value);

}  // namespace recourse
