// Which channels this server serves, among those that share the Store. Private
// to server/incident/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/incident/steady_cond_var.h"
#include "server/store/store.h"

namespace recourse {

// A claim is a key under this server's lease, which a thread keeps alive. It is
// only a hint: what is done under it is guarded by a compare on the key's
// revision, so two servers can at worst send the same message twice.
//
// Thread safety: safe for concurrent use.
class ChannelClaims {
 public:
  static constexpr absl::Duration kLease = absl::Seconds(10);
  static constexpr absl::Duration kKeepAlivePeriod = absl::Seconds(3);

  explicit ChannelClaims(Store* store);  // Outlives it.
  ~ChannelClaims();                      // Gives them back.

  // Revision of the claim's key; nullopt while another server has the channel.
  absl::StatusOr<std::optional<int64_t>> Claim(const std::string& channel);
  // A compare on the claim has failed.
  void Lost(const std::string& channel);

 private:
  void Run();
  absl::StatusOr<int64_t> Lease();
  void LeaseIsGone(int64_t lease_id);

  Store* const store_;

  absl::Mutex mutex_;
  SteadyCondVar stop_;
  int64_t lease_id_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: none.
  std::map<std::string, int64_t> claims_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread keeper_;  // Last: it uses all of the above.
};

}  // namespace recourse
