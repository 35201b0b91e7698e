// Who acts, for the record.
#pragma once

#include <string>

namespace recourse::cli {

// The account that runs the program; empty: it has no name.
std::string CurrentUser();

}  // namespace recourse::cli
