// Outgoing HTTP for notifications.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace recourse {

struct HttpResponse {
  int status = 0;                              // 100-599.
  std::map<std::string, std::string> headers;  // Names in lower case.
};

// Thread safety: safe for concurrent use.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // POSTs `body`; follows no redirect; reads at most 64 KiB of the answer.
  // UNAVAILABLE or DEADLINE_EXCEEDED when no answer came; messages hold no
  // secret part of the URL.
  virtual absl::StatusOr<HttpResponse> Post(
      const std::string& url, const std::map<std::string, std::string>& headers,
      const std::string& body, absl::Duration timeout) = 0;

  // Ends running calls and refuses later ones, with CANCELLED; for good.
  virtual void Interrupt() {}
};

// libcurl, http and https only, certificates checked. Calls are interrupted
// when the client is destroyed.
std::unique_ptr<HttpClient> NewCurlHttpClient();

}  // namespace recourse
