#include "server/rpc/health_service.h"

#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rpc/status.h"
#include "server/wire/errors.h"

namespace recourse {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// One Watch: writes the newest status, one at a time; what was overtaken
// meanwhile is skipped.
class HealthService::WatchCall final
    : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  WatchCall(HealthService* service, std::string name)
      : service_(service), name_(std::move(name)) {}

  void Begin() {
    if (name_.size() > kMaxNameBytes) {
      return EndWith(InvalidField(
          "service", absl::StrCat("is ", name_.size(), " bytes long; ",
                                  kMaxNameBytes, " are allowed")));
    }
    listed_ = service_->Add(this);
    if (!listed_) {
      return EndWith(Refusal(absl::StatusCode::kResourceExhausted,
                             reason::kTooManyWatchers,
                             "too many watch the server's health"));
    }
    call_id_ =
        service_->open_calls_->Add([this] { EndWith(DrainingStatus()); });
    if (call_id_ == 0) EndWith(DrainingStatus());
  }

  const std::string& name() const { return name_; }

  void Tell(Status status) {
    absl::MutexLock lock(&mu_);
    if (told_ == status) {
      next_.reset();
    } else {
      next_ = status;
    }
    WriteOrFinish();
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    if (!ok) {
      next_.reset();
      if (end_.ok()) end_ = absl::CancelledError("the stream is broken");
    }
    WriteOrFinish();
  }
  void OnCancel() override { EndWith(absl::CancelledError("cancelled")); }
  void OnDone() override {
    if (call_id_ != 0) service_->open_calls_->Remove(call_id_);
    if (listed_) service_->Remove(this);
    delete this;
  }

 private:
  // What is to be told is told first.
  void EndWith(const absl::Status& status) {
    absl::MutexLock lock(&mu_);
    if (end_.ok()) end_ = status;
    WriteOrFinish();
  }

  void WriteOrFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || finished_) return;
    if (next_.has_value()) {
      told_ = std::exchange(next_, std::nullopt);
      outgoing_.set_status(*told_);
      writing_ = true;
      StartWrite(&outgoing_);
    } else if (!end_.ok()) {
      finished_ = true;
      Finish(ToGrpcStatus(end_));
    }
  }

  HealthService* const service_;
  const std::string name_;
  bool listed_ = false;  // Set by Begin, as call_id_.
  uint64_t call_id_ = 0;

  absl::Mutex mu_;
  HealthCheckResponse outgoing_ ABSL_GUARDED_BY(mu_);
  std::optional<Status> told_ ABSL_GUARDED_BY(mu_);
  std::optional<Status> next_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mu_);
};

HealthService::~HealthService() {
  absl::MutexLock lock(&mu_);
  assert(watches_.empty());
}

HealthService::Status HealthService::StatusOf(const std::string& name) const {
  const auto known = serving_.find(name);
  if (known == serving_.end()) return HealthCheckResponse::SERVICE_UNKNOWN;
  return known->second && !draining_ ? HealthCheckResponse::SERVING
                                     : HealthCheckResponse::NOT_SERVING;
}

void HealthService::Set(const std::string& name, bool serving) {
  absl::MutexLock lock(&mu_);
  serving_[name] = serving;
  for (WatchCall* watch : watches_) {
    if (watch->name() == name) watch->Tell(StatusOf(name));
  }
}

void HealthService::Drain() {
  absl::MutexLock lock(&mu_);
  draining_ = true;
  for (WatchCall* watch : watches_) watch->Tell(StatusOf(watch->name()));
}

bool HealthService::Add(WatchCall* watch) {
  absl::MutexLock lock(&mu_);
  if (watches_.size() >= kMaxWatches) return false;
  watches_.insert(watch);
  watch->Tell(StatusOf(watch->name()));
  return true;
}

void HealthService::Remove(WatchCall* watch) {
  absl::MutexLock lock(&mu_);
  watches_.erase(watch);
}

grpc::ServerUnaryReactor* HealthService::Check(
    grpc::CallbackServerContext* context, const HealthCheckRequest* request,
    HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Status status = [&] {
    absl::MutexLock lock(&mu_);
    return StatusOf(request->service());
  }();
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
    reactor->Finish(
        grpc::Status(grpc::StatusCode::NOT_FOUND, "no service of this name"));
  } else {
    response->set_status(status);
    reactor->Finish(grpc::Status::OK);
  }
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext*, const HealthCheckRequest* request) {
  auto* watch = new WatchCall(this, request->service());
  watch->Begin();
  return watch;
}

}  // namespace recourse
