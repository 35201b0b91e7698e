// The two engines without set-up, held to the suite.
#include "tests/store/conformance.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

std::unique_ptr<Store> Open(const std::string& uri) {
  auto store = OpenStore(uri);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

// The directory lives as long as the program; each store has a file of its own.
std::unique_ptr<Store> OpenNewFile() {
  static const TempDirectory directory;
  static int count = 0;
  return Open("sqlite:" + directory.File(std::to_string(++count) + ".db"));
}

INSTANTIATE_TEST_SUITE_P(
    Embedded, StoreConformance,
    testing::Values(StoreEngine{"memory", [] { return Open("memory:"); }},
                    StoreEngine{"sqlite", OpenNewFile}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace recourse
