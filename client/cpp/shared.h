// What recoveries use of their client.
#pragma once

#include <string>

#include "client/cpp/ask_breaker.h"
#include "client/cpp/clock.h"
#include "client/cpp/link.h"
#include "client/cpp/local_advice.h"
#include "client/cpp/sites.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// Thread safety: as of its members, which are safe for concurrent use.
struct Shared {
  Clock& clock;
  Sites& sites;
  AskBreaker& breaker;
  LocalAdvice& advice;
  Link* link;  // Never null.
  absl::Duration ask_timeout;
  bool observes = false;       // The mode of operations that set none.
  v1::Caller caller;           // Of contexts that name none.
  std::string namespace_name;  // Likewise.
};

}  // namespace recourse
