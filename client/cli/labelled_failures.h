// Labelled errors as the server understands them, without a server.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "client/cli/labelled_errors.h"
#include "server/model/failure.h"

namespace recourse::cli {

// Tells `use` each error of the JSONL file `path`, in the order of the file.
// NOT_FOUND: it cannot be read. INVALID_ARGUMENT "PATH:LINE: what is wrong":
// those before that line have been told.
absl::Status ForEachLabelled(
    const std::string& path,
    absl::FunctionRef<void(const LabelledError& error, const Failure& failure)>
        use);

}  // namespace recourse::cli
