// One channel's end of the outbox: groups, caps, sends, tries again, gives up.
// Private to server/incident/.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "recourse/internal/v1/incident.pb.h"
#include "server/incident/channel_claims.h"
#include "server/incident/channel_config.h"
#include "server/incident/delivery_rules.h"
#include "server/incident/http_client.h"
#include "server/incident/notice.h"
#include "server/incident/outbox_store.h"
#include "server/store/store.h"
#include "spdlog/logger.h"

namespace recourse {

// News becomes a message in two steps: it is sealed, which is one durable
// change that fixes what the message tells and its id; then it is tried until
// it is accepted or given up. News that is not sealed yet waits in the store.
//
// Thread safety: safe for concurrent use; rounds run one at a time.
class ChannelOutbox {
 public:
  static constexpr size_t kMaxNewsPerRound = 10'000;
  static constexpr size_t kMaxNewsPerMessage = 1'000;
  // Messages under way; a failing endpoint is not heaped with more.
  static constexpr size_t kMaxUnderWay = 10;
  // When the store is away or another server has the channel.
  static constexpr absl::Duration kRetryPeriod = absl::Seconds(5);

  // Pointers outlive it. `wall_clock` is for the timestamps of webhooks.
  ChannelOutbox(ChannelSettings channel, NotifierTimes times, Store* store,
                HttpClient* http, ChannelClaims* claims,
                std::function<absl::Time()> clock,
                std::function<absl::Time()> wall_clock);

  const std::string& name() const { return channel_.name; }

  // Does what is due and returns when the next is. Blocks on the endpoint.
  absl::Time DeliverDue();

 private:
  using News = internal::v1::News;
  using Message = internal::v1::OutboxMessage;
  using GroupKey = std::pair<std::string, std::string>;  // Namespace, target.
  struct RankedNews {
    v1::Severity priority = v1::SEVERITY_UNSPECIFIED;
    News news;
  };
  using Groups = std::map<GroupKey, std::vector<News>>;
  // What a round knows.
  struct Round {
    absl::Time now;
    absl::Time next = absl::InfiniteFuture();
    std::vector<StoreCompare> claim = {};
    std::set<GroupKey> groups_under_way = {};
    size_t under_way = 0;
    bool interrupted = false;
  };

  absl::Status RunRound(Round* round) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TryAgain(Round* round) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TellNews(Round* round) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SendGroups(Groups&& groups, Round* round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Those whose groups may be told now, with what else is known of them.
  Groups ReadyGroups(DueNews due, Round* round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Drops, for good, what is not worth telling; the most pressing come first.
  absl::StatusOr<std::vector<RankedNews>> Sift(std::vector<News> news,
                                               const Round& round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the channel was told of the incident that is resolved.
  absl::StatusOr<bool> WasTold(const News& news);
  static bool IsMorePressing(const RankedNews& a, const RankedNews& b) {
    return a.priority > b.priority;
  }
  static bool MaySend(const Round& round);
  // Messages that the cap allows now.
  size_t FreeSlots(Round* round) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status SealAndTry(std::vector<RankedNews> news, bool digest,
                          Round* round) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Try(Message message, Round* round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What follows from the endpoint's answer. `told`: what becomes of a message
  // that it took.
  absl::Status Conclude(Message message, v1::IncidentDelivery::State told,
                        const Judgement& judgement, Round* round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Notice> Render(const Message& message);
  absl::StatusOr<HttpResponse> Post(const Notice& notice);
  absl::Status LogNews(std::vector<News> news, Round* round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status PutOff(Message message, const Judgement& judgement, Round* round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Finish(const Message& message, v1::IncidentDelivery::State state,
                      const std::string& error, Round* round)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The fate of each and, unless the channel has stopped, when unresolved
  // incidents are told again.
  void AddFates(const std::vector<News>& news, const Fate& fate,
                std::vector<StoreOp>* ops)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Commit(std::vector<StoreOp> ops, const Round& round);

  const ChannelSettings channel_;
  const NotifierTimes times_;
  Store* const store_;
  HttpClient* const http_;
  ChannelClaims* const claims_;
  const std::function<absl::Time()> clock_;
  const std::function<absl::Time()> wall_clock_;
  const std::shared_ptr<spdlog::logger> logger_;  // Of log channels.

  absl::Mutex mutex_;
  std::map<GroupKey, absl::Time> last_told_ ABSL_GUARDED_BY(mutex_);
  std::deque<absl::Time> sent_ ABSL_GUARDED_BY(mutex_);  // In the last minute.
  // Messages that the endpoint accepted, and keys of news that were logged,
  // which the store does not know yet.
  std::set<std::string> accepted_ ABSL_GUARDED_BY(mutex_);
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;  // The endpoint answered 410.
};

}  // namespace recourse
