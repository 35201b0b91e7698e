// Tests against recourse-server as a process: the calls of ServerTest, and a
// server that can be killed and started again on the same folder.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/refusal.h"
#include "tests/e2e/server_fixture.h"
#include "tests/e2e/server_process.h"

namespace recourse {

inline constexpr Ending kCleanEnd = {.code = 0, .signal = 0};
inline constexpr Ending kKilled = {.code = -1, .signal = SIGKILL};

// `flags` with a free port, and with `store`, where they name none.
inline std::vector<std::string> WithDefaults(
    std::vector<std::string> flags,
    const std::string& store = "sqlite:store.db") {
  const auto add = [&flags](const std::string& flag, const std::string& value) {
    if (std::find(flags.begin(), flags.end(), flag) == flags.end()) {
      flags.insert(flags.end(), {flag, value});
    }
  };
  add("--listen", "127.0.0.1:0");
  add("--store", store);
  return flags;
}

class ServerProcessTest : public ServerTest {
 protected:
  // Starts it on a free port, with the folder's store, and connects.
  void StartProcess(const std::vector<std::string>& flags = {}) {
    process_ =
        std::make_unique<ServerProcess>(dir_.path(), WithDefaults(flags));
    const absl::StatusOr<std::string> address = process_->WaitReady();
    ASSERT_EQ(address.status(), absl::OkStatus());
    address_ = *address;
    Connect(grpc::InsecureChannelCredentials());
  }

  void Connect(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    channel_ = grpc::CreateChannel(address_, credentials);
    stub_ = v1::ErrorRecoveryOrchestrator::NewStub(channel_);
    incidents_ = v1::Incidents::NewStub(channel_);
  }

  void KillProcess() {
    process_->Signal(SIGKILL);
    ASSERT_EQ(process_->Wait(), kKilled) << process_->StderrText();
  }

  // Ends it as a service manager does.
  void StopProcess() {
    process_->Signal(SIGTERM);
    ASSERT_EQ(process_->Wait(), kCleanEnd) << process_->StderrText();
  }

  grpc::Status TryHandle(const v1::RecoveryContext& context,
                         v1::RecoveryResult* result = nullptr) {
    grpc::ClientContext call;
    SetDeadline(call);
    v1::RecoveryResult ignored;
    return stub_->HandleError(&call, context, result ? result : &ignored);
  }

  TempDir dir_;
  std::string address_;
  std::unique_ptr<ServerProcess> process_;  // Dies before its folder.
};

}  // namespace recourse
