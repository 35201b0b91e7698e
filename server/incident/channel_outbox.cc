#include "server/incident/channel_outbox.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/incident/incident_store.h"
#include "server/incident/slack.h"
#include "server/incident/webhook.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

constexpr absl::Duration kCapWindow = absl::Minutes(1);
constexpr absl::string_view kGoneError =
    "the endpoint answered 410; the channel is stopped until a restart";

// The logger of that name, made after the default one where there is none.
std::shared_ptr<spdlog::logger> IncidentLogger() {
  constexpr char kName[] = "incident";
  ABSL_CONST_INIT static absl::Mutex mutex(absl::kConstInit);
  absl::MutexLock lock(&mutex);
  std::shared_ptr<spdlog::logger> logger = spdlog::get(kName);
  if (logger == nullptr) {
    logger = spdlog::default_logger()->clone(kName);
    spdlog::register_logger(logger);
  }
  return logger;
}

std::pair<std::string, std::string> GroupOf(const internal::v1::News& news) {
  return {news.namespace_(), news.target()};
}

}  // namespace

ChannelOutbox::ChannelOutbox(ChannelSettings channel, NotifierTimes times,
                             Store* store, HttpClient* http,
                             ChannelClaims* claims,
                             std::function<absl::Time()> clock,
                             std::function<absl::Time()> wall_clock)
    : channel_(std::move(channel)),
      times_(times),
      store_(store),
      http_(http),
      claims_(claims),
      clock_(std::move(clock)),
      wall_clock_(std::move(wall_clock)),
      logger_(IncidentLogger()) {}

absl::Time ChannelOutbox::DeliverDue() {
  absl::MutexLock lock(&mutex_);
  Round round{.now = clock_()};
  const absl::Status status = RunRound(&round);
  if (status.ok()) return round.next;
  if (absl::IsAborted(status)) claims_->Lost(channel_.name);
  return std::min(round.next, round.now + kRetryPeriod);
}

absl::Status ChannelOutbox::RunRound(Round* round) {
  const auto claim = claims_->Claim(channel_.name);
  if (!claim.ok()) return claim.status();
  if (!claim->has_value()) {
    round->next = round->now + kRetryPeriod;
    return absl::OkStatus();
  }
  round->claim = {{OwnerKey(channel_.name), **claim}};
  if (absl::Status s = TryAgain(round); !s.ok()) return s;
  return round->interrupted ? absl::OkStatus() : TellNews(round);
}

absl::Status ChannelOutbox::TryAgain(Round* round) {
  auto messages = ReadMessages(*store_, channel_.name);
  if (!messages.ok()) return messages.status();
  for (Message& message : *messages) {
    const absl::Time next = FromMessage(message.next_time());
    if (next <= round->now || accepted_.count(message.message_id()) > 0) {
      if (absl::Status s = Try(std::move(message), round); !s.ok()) return s;
      if (round->interrupted) break;
      continue;
    }
    ++round->under_way;
    round->next = std::min(round->next, next);
    for (const News& news : message.news()) {
      round->groups_under_way.insert(GroupOf(news));
    }
  }
  return absl::OkStatus();
}

absl::Status ChannelOutbox::TellNews(Round* round) {
  absl::StatusOr<DueNews> due =
      ReadDueNews(*store_, channel_.name, round->now,
                  round->now + times_.group_wait, kMaxNewsPerRound);
  if (!due.ok()) return due.status();
  // More is due than a round takes: not at once again, the first may be held.
  if (due->next <= round->now) due->next = round->now + kRetryPeriod;
  round->next = std::min(round->next, due->next);
  if (due->news.empty()) return absl::OkStatus();
  if (channel_.kind == ChannelSettings::Kind::kLog) {
    return LogNews(std::move(due->news), round);
  }
  return SendGroups(ReadyGroups(*std::move(due), round), round);
}

ChannelOutbox::Groups ChannelOutbox::ReadyGroups(DueNews due, Round* round) {
  for (auto it = last_told_.begin(); it != last_told_.end();) {
    const bool past = it->second + times_.group_interval <= round->now;
    it = past ? last_told_.erase(it) : std::next(it);
  }
  Groups groups;
  for (News& one : due.news) {
    const GroupKey group = GroupOf(one);
    // A message of the group that is under way is told first; that it ends
    // starts a round.
    if (round->groups_under_way.count(group) > 0) continue;
    const auto told = last_told_.find(group);
    if (told != last_told_.end()) {
      round->next = std::min(round->next, told->second + times_.group_interval);
      continue;
    }
    groups[group].push_back(std::move(one));
  }
  for (News& one : due.soon) {  // Whoever is told anyway is told of these, too.
    const auto group = groups.find(GroupOf(one));
    if (group != groups.end()) group->second.push_back(std::move(one));
  }
  return groups;
}

absl::Status ChannelOutbox::SendGroups(Groups&& groups, Round* round) {
  const size_t slots = groups.empty() ? 0 : FreeSlots(round);
  if (slots == 0 || !MaySend(*round)) return absl::OkStatus();
  std::vector<std::vector<RankedNews>> bundles;
  for (auto& [group, news] : groups) {
    absl::StatusOr<std::vector<RankedNews>> sifted =
        Sift(std::move(news), *round);
    if (!sifted.ok()) return sifted.status();
    if (!sifted->empty()) bundles.push_back(*std::move(sifted));
  }
  std::stable_sort(bundles.begin(), bundles.end(),
                   [](const auto& a, const auto& b) {
                     return IsMorePressing(a.front(), b.front());
                   });
  // The last slot is the digest's, if there must be one.
  const size_t alone = bundles.size() <= slots ? bundles.size() : slots - 1;
  std::vector<RankedNews> rest;
  for (size_t i = 0; i < bundles.size(); ++i) {
    if (i >= alone) {
      rest.insert(rest.end(), bundles[i].begin(), bundles[i].end());
      continue;
    }
    if (!MaySend(*round)) return absl::OkStatus();
    if (absl::Status s = SealAndTry(std::move(bundles[i]), false, round);
        !s.ok()) {
      return s;
    }
  }
  if (rest.empty() || !MaySend(*round)) return absl::OkStatus();
  std::stable_sort(rest.begin(), rest.end(), IsMorePressing);
  return SealAndTry(std::move(rest), true, round);
}

absl::StatusOr<std::vector<ChannelOutbox::RankedNews>> ChannelOutbox::Sift(
    std::vector<News> news, const Round& round) {
  std::vector<RankedNews> kept;
  std::vector<StoreOp> ops;
  for (News& one : news) {
    const auto incident = ReadIncident(*store_, one.incident_id());
    if (!incident.ok()) return incident.status();
    const absl::StatusOr<bool> was_told = WasTold(one);
    if (!was_told.ok()) return was_told.status();
    if (incident->has_value()) {
      const v1::Incident& record = (*incident)->record.incident();
      if (WorthTelling(one.event(), record.state(), *was_told)) {
        kept.push_back({record.priority(), std::move(one)});
        continue;
      }
      if (one.event() != kRepeated) {  // An earlier repeat keeps its fate.
        ops.push_back(
            PutDelivery(channel_.name, one,
                        Fate{.state = v1::IncidentDelivery::STATE_SUPPRESSED,
                             .error = "it was over before it was told",
                             .time = round.now}));
      }
    }
    ops.push_back(DeleteKey(NewsKey(channel_.name, one)));
  }
  if (absl::Status s = Commit(std::move(ops), round); !s.ok()) return s;
  std::stable_sort(kept.begin(), kept.end(), IsMorePressing);
  return kept;
}

absl::StatusOr<bool> ChannelOutbox::WasTold(const News& news) {
  if (news.event() != kResolved) return false;  // Does not matter.
  for (const absl::string_view event : {kOpened, kRepeated}) {
    News earlier = news;
    earlier.set_event(std::string(event));
    const auto entry = store_->Get(DeliveryKey(channel_.name, earlier));
    if (!entry.ok()) return FromStore(entry.status());
    v1::IncidentDelivery delivery;
    if (!entry->has_value() || !delivery.ParseFromString((*entry)->value)) {
      continue;
    }
    // What a digest told is SUPPRESSED, too, but has been sent.
    if (delivery.state() == v1::IncidentDelivery::STATE_DELIVERED ||
        (delivery.state() == v1::IncidentDelivery::STATE_SUPPRESSED &&
         delivery.attempts() > 0)) {
      return true;
    }
  }
  return false;
}

// What is under way is tried again at round->next at the latest; news waits for
// that.
bool ChannelOutbox::MaySend(const Round& round) {
  return !round.interrupted && round.under_way < kMaxUnderWay;
}

size_t ChannelOutbox::FreeSlots(Round* round) {
  while (!sent_.empty() && sent_.front() + kCapWindow <= round->now) {
    sent_.pop_front();
  }
  const size_t cap = times_.max_per_minute;
  if (sent_.size() >= cap) {
    round->next = std::min(round->next, sent_.front() + kCapWindow);
    return 0;
  }
  return cap - sent_.size();
}

absl::Status ChannelOutbox::SealAndTry(std::vector<RankedNews> news,
                                       bool digest, Round* round) {
  if (news.size() > kMaxNewsPerMessage) {
    news.resize(kMaxNewsPerMessage);  // The rest stays in the queue.
    round->next = std::min(round->next, round->now + kCapWindow);
  }
  Message message;
  message.set_message_id(absl::StrCat("msg_", RandomHex(16)));
  message.set_digest(digest);
  *message.mutable_create_time() = ToMessage(round->now);
  *message.mutable_next_time() = ToMessage(round->now);
  std::vector<StoreOp> ops;
  for (auto& [priority, one] : news) {
    ops.push_back(DeleteKey(NewsKey(channel_.name, one)));
    last_told_[GroupOf(one)] = clock_();
    *message.add_news() = std::move(one);
  }
  ops.insert(ops.begin(),
             StoreOp{.key = MessageKey(channel_.name, message.message_id()),
                     .value = message.SerializeAsString()});
  if (absl::Status s = Commit(std::move(ops), *round); !s.ok()) return s;
  sent_.push_back(clock_());
  return Try(std::move(message), round);
}

absl::Status ChannelOutbox::Try(Message message, Round* round) {
  message.set_attempts(message.attempts() + 1);
  const auto told = message.digest() ? v1::IncidentDelivery::STATE_SUPPRESSED
                                     : v1::IncidentDelivery::STATE_DELIVERED;
  if (accepted_.count(message.message_id()) > 0) {
    return Finish(message, told, "", round);
  }
  if (gone_) {
    return Finish(message, v1::IncidentDelivery::STATE_FAILED,
                  std::string(kGoneError), round);
  }
  const absl::StatusOr<Notice> notice = Render(message);
  if (!notice.ok()) return notice.status();
  // Its incidents were deleted meanwhile: there is nobody to remember a fate.
  if (notice->items.empty()) {
    return Commit({DeleteKey(MessageKey(channel_.name, message.message_id()))},
                  *round);
  }
  const Judgement judgement = Judge(Post(*notice), clock_());
  return Conclude(std::move(message), told, judgement, round);
}

absl::Status ChannelOutbox::Conclude(Message message,
                                     v1::IncidentDelivery::State told,
                                     const Judgement& judgement, Round* round) {
  switch (judgement.verdict) {
    case DeliveryVerdict::kDelivered:
      accepted_.insert(message.message_id());
      return Finish(message, told, "", round);
    case DeliveryVerdict::kInterrupted:
      round->interrupted = true;
      return absl::OkStatus();
    case DeliveryVerdict::kGone:
      gone_ = true;
      spdlog::error("channel {}: {}", channel_.name, kGoneError.data());
      return Finish(message, v1::IncidentDelivery::STATE_FAILED,
                    std::string(kGoneError), round);
    case DeliveryVerdict::kTryAgain:
      if (message.attempts() < times_.max_attempts) {
        return PutOff(std::move(message), judgement, round);
      }
      break;
    case DeliveryVerdict::kRefused:
      break;
  }
  spdlog::error("channel {}: message {} is given up: {}", channel_.name,
                message.message_id(), judgement.error);
  return Finish(message, v1::IncidentDelivery::STATE_FAILED, judgement.error,
                round);
}

absl::StatusOr<Notice> ChannelOutbox::Render(const Message& message) {
  Notice notice{.message_id = message.message_id(),
                .time = FromMessage(message.create_time()),
                .digest = message.digest(),
                .total = static_cast<size_t>(message.news_size())};
  for (const News& news : message.news()) {
    if (notice.items.size() == kMaxListedIncidents) break;
    auto incident = ReadIncident(*store_, news.incident_id());
    if (!incident.ok()) return incident.status();
    if (!incident->has_value()) {
      --notice.total;
      continue;
    }
    notice.items.push_back(
        {news.event(), std::move(*(*incident)->record.mutable_incident())});
  }
  return notice;
}

absl::StatusOr<HttpResponse> ChannelOutbox::Post(const Notice& notice) {
  if (channel_.kind == ChannelSettings::Kind::kSlack) {
    return http_->Post(channel_.url, {{"content-type", "application/json"}},
                       SlackBody(notice), times_.timeout);
  }
  const std::string body = WebhookBody(notice);
  return http_->Post(channel_.url,
                     WebhookHeaders(notice.message_id, wall_clock_(), body,
                                    channel_.signing_key),
                     body, times_.timeout);
}

absl::Status ChannelOutbox::LogNews(std::vector<News> news, Round* round) {
  const absl::StatusOr<std::vector<RankedNews>> sifted =
      Sift(std::move(news), *round);
  if (!sifted.ok()) return sifted.status();
  std::vector<std::string> logged;
  std::vector<News> told;
  std::vector<StoreOp> ops;
  for (const auto& [priority, one] : *sifted) {
    const auto incident = ReadIncident(*store_, one.incident_id());
    if (!incident.ok()) return incident.status();
    const std::string key = NewsKey(channel_.name, one);
    ops.push_back(DeleteKey(key));
    logged.push_back(key);
    told.push_back(one);
    if (!incident->has_value() || !accepted_.insert(key).second) continue;
    const NoticeItem item{one.event(), (*incident)->record.incident()};
    logger_->log(
        one.event() == kResolved ? spdlog::level::info : spdlog::level::warn,
        "{}", LogLine(item));
  }
  AddFates(told,
           Fate{.state = v1::IncidentDelivery::STATE_DELIVERED,
                .attempts = 1,
                .time = round->now},
           &ops);
  if (absl::Status s = Commit(std::move(ops), *round); !s.ok()) return s;
  for (const std::string& key : logged) accepted_.erase(key);
  return absl::OkStatus();
}

absl::Status ChannelOutbox::PutOff(Message message, const Judgement& judgement,
                                   Round* round) {
  // From the end of the try, which may have taken its time.
  const absl::Time next =
      clock_() + RetryWait(message.attempts(), judgement.retry_after);
  *message.mutable_next_time() = ToMessage(next);
  message.set_last_error(judgement.error);
  std::vector<StoreOp> ops = {
      {.key = MessageKey(channel_.name, message.message_id()),
       .value = message.SerializeAsString()}};
  for (const News& news : message.news()) {
    round->groups_under_way.insert(GroupOf(news));
    ops.push_back(PutDelivery(channel_.name, news,
                              Fate{.state = v1::IncidentDelivery::STATE_PENDING,
                                   .attempts = message.attempts(),
                                   .error = judgement.error,
                                   .time = next}));
  }
  ++round->under_way;
  round->next = std::min(round->next, next);
  return Commit(std::move(ops), *round);
}

// The message goes last: should this be interrupted, it is sent again.
absl::Status ChannelOutbox::Finish(const Message& message,
                                   v1::IncidentDelivery::State state,
                                   const std::string& error, Round* round) {
  std::vector<StoreOp> ops;
  AddFates({message.news().begin(), message.news().end()},
           Fate{.state = state,
                .attempts = message.attempts(),
                .error = error,
                .time = clock_()},
           &ops);
  ops.push_back(DeleteKey(MessageKey(channel_.name, message.message_id())));
  if (absl::Status s = Commit(std::move(ops), *round); !s.ok()) return s;
  accepted_.erase(message.message_id());
  // News of the group may have waited for this.
  round->next = std::min(round->next, round->now + times_.group_interval);
  return absl::OkStatus();
}

void ChannelOutbox::AddFates(const std::vector<News>& news, const Fate& fate,
                             std::vector<StoreOp>* ops) {
  std::set<std::string> repeated;
  for (const News& one : news) {
    ops->push_back(PutDelivery(channel_.name, one, fate));
    if (gone_ || one.event() == kResolved ||
        !repeated.insert(one.incident_id()).second) {
      continue;
    }
    News again = one;
    again.set_event(std::string(kRepeated));
    *again.mutable_due_time() = ToMessage(fate.time + times_.repeat_interval);
    ops->push_back(PutNews(channel_.name, again));
  }
}

absl::Status ChannelOutbox::Commit(std::vector<StoreOp> ops,
                                   const Round& round) {
  return CommitInParts(*store_, round.claim, std::move(ops));
}

}  // namespace recourse
