// The patterns of one file, added or updated all or none.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/context.h"
#include "client/cpp/client.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {

// The API changes one pattern per call, so the server first checks all of them
// (validate_only); should a change fail all the same, those made before are
// taken back. Only a process that is killed in between leaves a part.
class PatternTransaction {
 public:
  enum class Kind { kAdd, kUpdate };

  PatternTransaction(Client& client, Kind kind, Context& context);

  // Prints each answer with --json, and warnings. Errors: the server's, with
  // "FILE:LINE: " before the message, and after it what could not be taken
  // back.
  absl::Status Run(const std::vector<PatternSource>& sources,
                   bool validate_only);

 private:
  struct Undo {
    std::string pattern_id;
    v1::ErrorPattern before;  // Without an id: there was none of a user's.
  };

  absl::Status Send(const PatternSource& source, bool validate_only,
                    bool print);
  template <typename Request, typename Response>
  absl::Status SendAs(absl::StatusOr<Response> (Client::*method)(
                          const Request&, const CallOptions&),
                      const PatternSource& source, bool validate_only,
                      bool print);
  absl::StatusOr<Undo> UndoFor(const PatternSource& source);
  // What could not be taken back; empty: all was.
  std::vector<std::string> TakeBack();

  Client& client_;
  const Kind kind_;
  Context& context_;
  std::vector<Undo> done_;
};

}  // namespace recourse::cli
