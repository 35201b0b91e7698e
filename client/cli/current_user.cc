#include "client/cli/current_user.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace recourse::cli {

std::string CurrentUser() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment.
  const char* user = std::getenv("USER");
  if (user != nullptr && *user != '\0') return user;
  passwd entry;
  passwd* found = nullptr;
  std::array<char, 4096> texts;
  const int error =
      getpwuid_r(getuid(), &entry, texts.data(), texts.size(), &found);
  return error != 0 || found == nullptr ? "" : entry.pw_name;
}

}  // namespace recourse::cli
