// What an answer costs as a caller sees it: HandleError over loopback, one
// question at a time, many at once, and in batches on a stream, beside a call
// that asks for nothing but health. Client and server share this process and
// its cores.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bench/unmatched_texts.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "recourse/v1/orchestrator.grpc.pb.h"
#include "server/config.h"
#include "server/server.h"

namespace recourse {
namespace {

constexpr int kWarmUps = 200;
constexpr int kCallsPerCaller = 4000;
constexpr int kManyCallers = 16;
constexpr int kBatchSize = 100;
// So many that none's retry budget is spent.
constexpr int kTargets = 5000;
// What a decision may take, matching included.
constexpr double kGoalMilliseconds = 50;

using Clock = std::chrono::steady_clock;
using Orchestrator = v1::ErrorRecoveryOrchestrator;
// The i-th call of a caller; false when it fails.
using Call = std::function<bool(int i)>;

// Errors that patterns of the library match, with the targets they speak of.
constexpr const char* kMatchedTexts[] = {
    "psycopg2.OperationalError: server closed the connection unexpectedly",
    "Rate limit reached for gpt-4o on tokens per min. Please try again in "
    "1.4s.",
    "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. "
    "Connection refused.",
    "deadlock detected",
    "java.net.SocketTimeoutException: Read timed out",
    "getaddrinfo EAI_AGAIN api.example.com",
};

std::string TextOf(int i, bool is_matched) {
  return is_matched ? kMatchedTexts[i % std::size(kMatchedTexts)]
                    : kUnmatchedTexts[i % std::size(kUnmatchedTexts)];
}

v1::RecoveryContext Question(int i, bool is_matched) {
  v1::RecoveryContext question;
  question.mutable_error()->set_message(TextOf(i, is_matched));
  question.set_target(absl::StrCat("target-", i % kTargets));
  return question;
}

struct Figures {
  double p50_us = 0;
  double p99_us = 0;
  double per_second = 0;
};

double MicrosecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start)
      .count();
}

// `callers` threads, each with its calls one after the other.
// `answers_per_call` is how many decisions a call brings.
Figures Measure(int callers, int calls, int answers_per_call,
                const std::function<Call()>& new_caller) {
  std::vector<std::vector<double>> took(callers);
  std::vector<std::thread> threads;
  std::vector<Call> calls_of;
  for (int caller = 0; caller < callers; ++caller) {
    calls_of.push_back(new_caller());
    for (int i = 0; i < kWarmUps / callers; ++i) calls_of.back()(i);
  }
  const Clock::time_point start = Clock::now();
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int i = 0; i < calls; ++i) {
        const Clock::time_point begin = Clock::now();
        if (calls_of[caller](i))
          took[caller].push_back(MicrosecondsSince(begin));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = MicrosecondsSince(start) / 1e6;
  std::vector<double> all;
  for (const auto& some : took) all.insert(all.end(), some.begin(), some.end());
  if (all.empty()) return {};
  std::sort(all.begin(), all.end());
  return {.p50_us = all[all.size() / 2],
          .p99_us = all[all.size() * 99 / 100],
          .per_second =
              answers_per_call * static_cast<double>(all.size()) / seconds};
}

class Bench {
 public:
  explicit Bench(const std::string& address)
      : channel_(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}

  Call Health() {
    return [stub = std::shared_ptr(
                grpc::health::v1::Health::NewStub(channel_))](int) {
      grpc::ClientContext context;
      grpc::health::v1::HealthCheckResponse answer;
      return stub->Check(&context, {}, &answer).ok();
    };
  }

  Call HandleError(bool is_matched) {
    return [stub = std::shared_ptr(Orchestrator::NewStub(channel_)),
            is_matched](int i) {
      grpc::ClientContext context;
      v1::RecoveryResult result;
      return stub->HandleError(&context, Question(i, is_matched), &result).ok();
    };
  }

  // One stream per caller, one batch in flight.
  Call HandleErrorStream() {
    auto stream = std::make_shared<Stream>();
    stream->stub = Orchestrator::NewStub(channel_);
    stream->batches = stream->stub->HandleErrorStream(&stream->context);
    return [stream = std::move(stream)](int i) {
      v1::HandleErrorBatch batch;
      for (int k = 0; k < kBatchSize; ++k) {
        *batch.add_contexts() = Question(i * kBatchSize + k, k % 2 == 0);
      }
      v1::RecoveryResultBatch results;
      return stream->batches->Write(batch) && stream->batches->Read(&results) &&
             results.slots_size() == kBatchSize;
    };
  }

 private:
  struct Stream {
    std::unique_ptr<Orchestrator::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<
        grpc::ClientReaderWriter<v1::HandleErrorBatch, v1::RecoveryResultBatch>>
        batches;
    ~Stream() { context.TryCancel(); }
  };

  const std::shared_ptr<grpc::Channel> channel_;
};

void Print(const char* what, const Figures& figures, const Figures& empty) {
  std::printf("%-42s %9.0f us %9.0f us %9.0f /s   empty call x %.2f\n", what,
              figures.p50_us, figures.p99_us, figures.per_second,
              empty.per_second / figures.per_second);
}

// True when the goal is met.
bool Run(Bench& bench) {
  std::printf("%-42s %12s %12s\n", "", "p50", "p99");
  bool is_met = true;
  for (const int callers : {1, kManyCallers}) {
    const int calls = kCallsPerCaller / callers;
    const Figures empty =
        Measure(callers, calls, 1, [&] { return bench.Health(); });
    Print(absl::StrCat("health, callers: ", callers).c_str(), empty, empty);
    for (const bool is_matched : {true, false}) {
      const Figures figures = Measure(
          callers, calls, 1, [&] { return bench.HandleError(is_matched); });
      Print(absl::StrCat("HandleError, ", is_matched ? "matched" : "unmatched",
                         ", callers: ", callers)
                .c_str(),
            figures, empty);
      is_met = is_met && figures.per_second > 0 &&
               figures.p99_us <= 1000 * kGoalMilliseconds;
    }
    const Figures streamed =
        Measure(callers, std::max(4, calls / kBatchSize), kBatchSize,
                [&] { return bench.HandleErrorStream(); });
    Print(absl::StrCat("HandleErrorStream, a batch of ", kBatchSize,
                       ", callers: ", callers)
              .c_str(),
          streamed, empty);
  }
  std::printf("p99 of HandleError <= %.0f ms: %s\n", kGoalMilliseconds,
              is_met ? "PASS" : "MISS");
  return is_met;
}

}  // namespace
}  // namespace recourse

int main() {
  // As in the server: Debian's Abseil looks for deadlocks, even in releases.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  recourse::config::v1::ServerConfig config;
  config.set_listen("127.0.0.1:0");
  config.set_store("memory:");
  config.set_log_level("error");
  if (const absl::Status finished = recourse::FinishConfig(config);
      !finished.ok()) {
    std::fprintf(stderr, "%s\n", finished.ToString().c_str());
    return 2;
  }
  const auto server = recourse::Server::Start(config);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    return 2;
  }
  recourse::Bench bench((*server)->address());
  return recourse::Run(bench) ? 0 : 1;
}
