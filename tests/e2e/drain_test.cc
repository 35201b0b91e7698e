// A server that is told to stop while its one worker is busy for long.

#include "absl/strings/str_cat.h"
#include "tests/e2e/process_fixture.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;

// One search of it reads a text with 900 instructions alive: it finds nothing,
// but takes about a second for kLongText.
constexpr char kSlowRewrite[] = "{pattern: '[ab]*a[ab]{900}c', replacement: x}";
constexpr size_t kLongText = 60'000;
constexpr size_t kShortText = 6'000;
constexpr Ending kHardEnd = {.code = 3, .signal = 0};

class BusyWorkerTest : public ServerProcessTest {
 protected:
  void SetUp() override {
    dir_.Write("config.yaml",
               "limits: {drain_timeout: 0s, worker_threads: 1, "
               "max_correction_time: 10m, max_message_bytes: 16777216}\n");
    StartProcess({"--config", "config.yaml"});
    Add("{pattern_id: quick, error_type: VALIDATION, regex_pattern: quick, "
        "steps: [{error_correction: {rewrites: [{pattern: a, replacement: b}]}}"
        "]}");
  }

  void TearDown() override { process_.reset(); }

  void AddSlow(int rewrites) {
    std::string list = kSlowRewrite;
    for (int i = 1; i < rewrites; ++i)
      absl::StrAppend(&list, ", ", kSlowRewrite);
    Add(absl::StrCat(
        "{pattern_id: slow, error_type: VALIDATION, regex_pattern: slow, "
        "steps: [{error_correction: {rewrites: [",
        list, "]}}]}"));
  }

  static v1::RecoveryContext Context(const std::string& message,
                                     size_t text_bytes) {
    auto context = Parse<v1::RecoveryContext>("subject_field: code");
    context.mutable_error()->set_message(message);
    // Both letters in an order that repeats late.
    std::string text(text_bytes, 'a');
    uint32_t state = 1;
    for (char& letter : text) {
      state = state * 1664525 + 1013904223;
      if ((state >> 24) % 2 == 0) letter = 'b';
    }
    (*context.mutable_state()->mutable_fields())["code"].set_string_value(text);
    return context;
  }

  // Sends a batch that is corrected by the worker alone: one quick context,
  // then slow ones. When it returns the worker is past the first.
  void KeepBusy(int slow, size_t text_bytes) {
    SetDeadline(watch_call_);
    const auto watch = stub_->WatchRecoveries(&watch_call_, {});
    v1::RecoveryEvent event;
    ASSERT_TRUE(watch->Read(&event));
    v1::HandleErrorBatch batch;
    *batch.add_contexts() = Context("quick", kShortText);
    for (int i = 0; i < slow; ++i) {
      *batch.add_contexts() = Context("slow", text_bytes);
    }
    stream_ = stub_->HandleErrorStream(&stream_call_);
    ASSERT_TRUE(stream_->Write(batch));
    while (event.kind() != v1::RecoveryEvent::KIND_ATTEMPT) {
      ASSERT_TRUE(watch->Read(&event));
    }
    watch_call_.TryCancel();
  }

  grpc::ClientContext watch_call_, stream_call_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::HandleErrorBatch, v1::RecoveryResultBatch>>
      stream_;
};

TEST_F(BusyWorkerTest, WhatHasNotBegunIsDroppedAfterTheDrainLimit) {
  AddSlow(1);
  // More than Wait has patience for, if all of it were worked on.
  ASSERT_NO_FATAL_FAILURE(KeepBusy(200, kShortText));
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->Wait(), kCleanEnd) << process_->StderrText();
}

TEST_F(BusyWorkerTest, WhatRunsTooLongIsEndedWithTheProcess) {
  AddSlow(32);
  ASSERT_NO_FATAL_FAILURE(KeepBusy(1, kLongText));
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->Wait(), kHardEnd) << process_->StderrText();
  EXPECT_THAT(process_->StderrText(), HasSubstr("ended hard"));
}

TEST_F(BusyWorkerTest, WhatNeedsNoWorkerIsAnsweredMeanwhile) {
  AddSlow(32);
  ASSERT_NO_FATAL_FAILURE(KeepBusy(1, kLongText));
  Handle("error: {http_status: 503}");

  KillProcess();
}

}  // namespace
}  // namespace recourse
