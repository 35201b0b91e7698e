// That the guard knows what it takes from the heap: what it says against what
// every allocation of this program adds up to.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string>

#include "absl/base/attributes.h"
#include "tests/guard/guard_fixture.h"

namespace {

// Before each piece of memory is kept how large it is.
constexpr size_t kSizeBytes = alignof(std::max_align_t);
std::atomic<size_t> heap_bytes{0};

// What glibc takes for it.
size_t ChunkBytes(size_t bytes) {
  return bytes <= 24 ? 32 : (bytes + 8 + 15) & ~size_t{15};
}

ABSL_ATTRIBUTE_NOINLINE void* Allocate(size_t bytes) {
  char* memory = static_cast<char*>(std::malloc(kSizeBytes + bytes));
  if (memory == nullptr) std::abort();
  std::memcpy(memory, &bytes, sizeof(bytes));
  heap_bytes += ChunkBytes(bytes);
  return memory + kSizeBytes;
}

ABSL_ATTRIBUTE_NOINLINE void Free(void* given) {
  if (given == nullptr) return;
  char* memory = static_cast<char*>(given) - kSizeBytes;
  size_t bytes = 0;
  std::memcpy(&bytes, memory, sizeof(bytes));
  heap_bytes -= ChunkBytes(bytes);
  std::free(memory);
}

}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }

namespace recourse {
namespace {

struct Load {
  const char* name;
  int targets = 500;
  int callers = 4;
  int seconds = 1;  // All call once in each of them.
  int64_t calls = 10;
  std::function<void(TargetPolicy&)> change = [](TargetPolicy&) {};
  // Of the errors that they tell.
  std::function<void(ErrorEvidence&)> tell = [](ErrorEvidence&) {};
};

class MemoryTest : public ::testing::Test {
 protected:
  static std::string Target(int i) {
    return absl::StrCat("provider/model-", i);
  }
  static std::string Instance(int i) { return absl::StrCat("orders-7c9f-", i); }

  void Fill(Guard& guard, const Load& load) {
    for (int second = 0; second < load.seconds; ++second) {
      now_ += absl::Seconds(1);
      for (int i = 0; i < load.targets * load.callers; ++i) {
        const std::string target = Target(i % load.targets);
        const std::string instance = Instance(i / load.targets);
        AdmitRequest request;
        request.site = {"default", target, "", "orders", instance};
        request.seed = static_cast<uint64_t>(i);
        ErrorEvidence evidence;
        evidence.counts = true;
        evidence.sums = CallSums{load.calls, load.calls / 2, load.calls / 3,
                                 absl::Seconds(1)};
        load.tell(evidence);
        guard.ObserveError(request.site, evidence, now_);
        guard.Admit(request, now_);
      }
    }
  }

  // What it says less what it takes must be small.
  static void Check(const Guard& guard, size_t bytes_before) {
    const auto taken = static_cast<double>(heap_bytes - bytes_before);
    const auto told = static_cast<double>(guard.memory_bytes());
    EXPECT_NEAR(told, taken, taken / 10);
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(MemoryTest, ItIsKnown) {
  const auto open = [](TargetPolicy& policy) {
    policy.breaker.min_calls = 1;
    policy.breaker.failure_rate = 0.1;
  };
  const auto hold = [](ErrorEvidence& evidence) {
    evidence.retry_after = absl::Minutes(5);
  };
  const Load loads[] = {
      {.name = "nobody", .targets = 0},
      {.name = "one caller", .callers = 1},
      {.name = "quiet"},
      {.name = "two seconds", .seconds = 2},
      {.name = "full windows", .seconds = 12},
      {.name = "busy", .seconds = 3, .calls = 1000},
      {.name = "busiest", .seconds = 3, .calls = 1'000'000},
      {.name = "many callers", .targets = 20, .callers = 900},
      {.name = "count windows",
       .change =
           [](TargetPolicy& policy) { policy.breaker.count_window = 500; }},
      {.name = "open", .seconds = 3, .change = open},
      {.name = "held", .tell = hold},
      {.name = "paced",
       .change =
           [](TargetPolicy& policy) { policy.pacing.max_retry_rate = 5; }},
  };
  for (const Load& load : loads) {
    SCOPED_TRACE(load.name);
    auto policy = std::make_shared<TargetPolicy>();
    policy->breaker.consecutive_failures = 0;
    policy->breaker.failure_rate = 1;
    load.change(*policy);
    const size_t bytes_before = heap_bytes;
    Guard guard([&](absl::string_view, absl::string_view) { return policy; });
    Fill(guard, load);
    Check(guard, bytes_before);
  }
}

TEST_F(MemoryTest, OfWhatPeopleSetAndOfTokenlessErrors) {
  const size_t bytes_before = heap_bytes;
  auto policy = std::make_shared<const TargetPolicy>();
  Guard guard([&](absl::string_view, absl::string_view) { return policy; });
  for (int i = 0; i < 500; ++i) {
    const std::string target = Target(i);
    const CircuitOverride forced{CircuitState::kForcedOpen, "somebody",
                                 std::string(500, 'x'), now_ + absl::Hours(1)};
    guard.Override("default", target, forced, now_);
    AdmitRequest request;
    request.site = {"default", target, "", "orders", "orders-7c9f-0"};
    request.tokenless_key = 1 + static_cast<uint64_t>(i);
    guard.Admit(request, now_);
  }
  Check(guard, bytes_before);
}

// What is promised: see docs/concepts.md.
TEST_F(MemoryTest, ATargetOfFourCallersTakesLessThanTwoKilobytes) {
  for (const int64_t calls : {10, 10'000}) {
    auto policy = std::make_shared<TargetPolicy>();
    policy->breaker.consecutive_failures = 0;
    policy->breaker.failure_rate = 1;
    Guard guard([&](absl::string_view, absl::string_view) { return policy; });
    const size_t bytes_before = guard.memory_bytes();
    Load load{.name = "full windows", .seconds = 12, .calls = calls};
    Fill(guard, load);
    EXPECT_LT(guard.memory_bytes() - bytes_before, 500u * 2000u) << calls;
  }
}

}  // namespace
}  // namespace recourse
