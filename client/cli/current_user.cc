#include "client/cli/current_user.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace recourse::cli {

std::string CurrentUser() {
  const char* user = std::getenv("USER");
  if (user != nullptr && *user != '\0') return user;
  const passwd* entry = getpwuid(getuid());
  return entry == nullptr ? "" : entry->pw_name;
}

}  // namespace recourse::cli
