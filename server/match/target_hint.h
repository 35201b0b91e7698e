// What does an error's text name as the thing that was called?
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace recourse {

// The host, with its port where one is given, that `text` says was called:
// "connect to db-1.internal:5432", dial tcp 10.0.0.5:6379, the host of the URL
// of a request that failed, HTTPSConnectionPool(host='api.x', port=443), Host:
// api.x, an endpoint of AWS. Never more of a URL than that: no user, password,
// path or query. Links to documentation name nothing that was called. At most
// 260 bytes; empty: none is named. Linear in the text's length.
//
// Only to be shown to people: texts come from outside and name proxies, name
// servers and one of many replicas too, so that nothing may be counted by it.
std::string TargetHint(absl::string_view text);

}  // namespace recourse
