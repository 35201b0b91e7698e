// grpc.health.v1: does the server serve, does the store answer? gRPC's own
// service would leave a Watch open until the time of the drain is over.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/rpc/open_calls.h"

namespace recourse {

// Watches are calls of `open_calls`: when the server drains they are told
// NOT_SERVING and end with DRAINING.
//
// Thread safety: safe for concurrent use; Set and Drain do not block.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  static constexpr size_t kMaxWatches = 1'000;
  static constexpr size_t kMaxNameBytes = 200;

  explicit HealthService(OpenCalls* open_calls) : open_calls_(open_calls) {}
  ~HealthService() override;  // After its last call.

  // Tells whether the service `name` serves; unknown ones are SERVICE_UNKNOWN.
  void Set(const std::string& name, bool serving);
  // Nothing serves from here on, whatever Set says.
  void Drain();

  grpc::ServerUnaryReactor* Check(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request,
      grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  class WatchCall;
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  Status StatusOf(const std::string& name) const
      ABSL_SHARED_LOCKS_REQUIRED(mu_);
  // False: there are kMaxWatches.
  bool Add(WatchCall* watch);
  void Remove(WatchCall* watch);

  OpenCalls* const open_calls_;
  mutable absl::Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mu_);
  std::set<WatchCall*> watches_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse
