#include "server/model/pattern.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace recourse {
namespace {

template <typename T, typename Matches>
bool EmptyOrAny(const std::vector<T>& set, Matches matches) {
  return set.empty() || std::any_of(set.begin(), set.end(), matches);
}

// openai.RateLimitError and ns::RateLimitError answer to RateLimitError.
bool IsTypeOrLastPart(absl::string_view wanted, absl::string_view type) {
  if (type == wanted) return true;
  if (wanted.empty() || type.size() <= wanted.size()) return false;
  if (!absl::EndsWith(type, wanted)) return false;
  const char before = type[type.size() - wanted.size() - 1];
  return before == '.' || before == ':' || before == '\\' || before == '/';
}

}  // namespace

bool MatchesGlob(absl::string_view glob, absl::string_view value) {
  if (absl::ConsumeSuffix(&glob, "*")) return absl::StartsWith(value, glob);
  return glob == value;
}

bool Conditions::Hold(const Failure& failure) const {
  const auto equals = [](const auto& value) {
    return [&value](const auto& wanted) { return wanted == value; };
  };
  return EmptyOrAny(exception_types,
                    [&](const std::string& wanted) {
                      return IsTypeOrLastPart(wanted, failure.exception_type);
                    }) &&
         EmptyOrAny(http_statuses, equals(failure.http_status)) &&
         EmptyOrAny(grpc_codes, equals(failure.grpc_code)) &&
         EmptyOrAny(codes, equals(failure.code)) &&
         EmptyOrAny(targets,
                    [&](const std::string& glob) {
                      return MatchesGlob(glob, failure.target);
                    }) &&
         EmptyOrAny(node_names, equals(failure.node_name)) &&
         std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
           const auto it = failure.labels.find(label.first);
           return it != failure.labels.end() && it->second == label.second;
         });
}

bool AskedBefore(const Pattern& a, const Pattern& b) {
  // Origin::kUser < Origin::kLibrary, and a higher priority comes first.
  return std::forward_as_tuple(a.origin, b.priority, a.id) <
         std::forward_as_tuple(b.origin, a.priority, b.id);
}

}  // namespace recourse
