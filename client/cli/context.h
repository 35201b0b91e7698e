// What every command of the program `recourse` is given.
#pragma once

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/terminal.h"
#include "client/cpp/client.h"
#include "google/protobuf/message.h"

namespace recourse::cli {

// Public: scripts depend on them.
enum ExitCode {
  kDone = 0,
  kNegative = 1,     // GIVE_UP, ESCALATED, a failed test, nothing matches.
  kBadUsage = 2,     // Flags or files that make no sense.
  kRefused = 3,      // The server said no.
  kUnreachable = 4,  // It did not answer.
};

struct Context {
  Context(std::istream& in_stream, std::ostream& out_stream,
          std::ostream& err_stream, const Terminal& where)
      : in(in_stream), out(out_stream), err(err_stream), terminal(where) {}

  // Global flags.
  std::string server = "127.0.0.1:50051";
  bool json = false;
  ClientOptions client_options;

  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Terminal terminal;

  // A warning about the input's bytes is printed once.
  bool told_of_bad_utf8 = false;

  // False where fields are read from files: errors then name no flags.
  bool fields_have_flags = true;

  // The command that the arguments chose; set while parsing them.
  std::function<ExitCode(Context&)> run;

  // The server, connected to when first used. INVALID_ARGUMENT, naming the
  // flag: an address or a TLS file that cannot be right.
  absl::StatusOr<Client*> Connect();

  // With --json prints the message as one line of proto JSON and returns true.
  bool PrintedAsJson(const google::protobuf::Message& message);

  // Prints "warning: ...".
  void Warn(const std::string& text);

  // Prints "error: …" with field, reason and a hint; says how to exit.
  ExitCode Fail(const absl::Status& status);
  // The same for what the user gave.
  ExitCode FailUsage(const absl::Status& status);

 private:
  std::unique_ptr<Client> client_;
};

// The same status with another message; its details stay.
absl::Status WithMessage(const absl::Status& status,
                         const std::string& message);

// One line of proto JSON: field names as in the .proto, all fields, enums by
// name.
std::string ToJsonLine(const google::protobuf::Message& message);

// INVALID_ARGUMENT: `text` is not JSON for this message; `what` names it.
absl::Status FromJson(const std::string& what, const std::string& text,
                      google::protobuf::Message& message);

}  // namespace recourse::cli
