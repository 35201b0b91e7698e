// The pattern library that the program carries.
#pragma once

#include <string>
#include <vector>

namespace recourse {

// One file of patterns/ (packs in sub-folders are opt-in and not carried).
struct BuiltInPack {
  std::string file_name;
  std::string yaml;
};

// In the order of the files' names.
const std::vector<BuiltInPack>& BuiltInPacks();

}  // namespace recourse
