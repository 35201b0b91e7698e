#include "server/incident/outbox_store.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "server/incident/incident_store.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr absl::string_view kOutboxPrefix = "outbox/";
constexpr size_t kMaxOpsPerCommit = 100;
constexpr size_t kMaxBytesPerCommit = 900 << 10;

std::string NewsPrefix(absl::string_view channel) {
  return absl::StrCat(kOutboxPrefix, channel, "/n/");
}

std::string MessagePrefix(absl::string_view channel) {
  return absl::StrCat(kOutboxPrefix, channel, "/m/");
}

size_t SizeOf(const StoreOp& op) {
  return op.key.size() + (op.value.has_value() ? op.value->size() : 0);
}

void FailAll(absl::string_view channel,
             const std::vector<internal::v1::News>& news, absl::Time now,
             std::vector<StoreOp>* ops) {
  for (const internal::v1::News& one : news) {
    ops->push_back(PutDelivery(
        channel, one,
        Fate{.state = v1::IncidentDelivery::STATE_FAILED,
             .error = "the channel is not in the configuration any more",
             .time = now}));
  }
}

}  // namespace

std::string NewsKey(absl::string_view channel, const internal::v1::News& news) {
  const int64_t due =
      std::max<int64_t>(0, absl::ToUnixMillis(FromMessage(news.due_time())));
  return absl::StrCat(NewsPrefix(channel), absl::StrFormat("%012x", due), "-",
                      news.incident_id(), "-", news.event());
}

std::string MessageKey(absl::string_view channel,
                       absl::string_view message_id) {
  return absl::StrCat(MessagePrefix(channel), message_id);
}

std::string OwnerKey(absl::string_view channel) {
  return absl::StrCat("outbox_owner/", channel);
}

std::string DeliveryKey(absl::string_view channel,
                        const internal::v1::News& news) {
  return absl::StrCat(DeliveriesOf(news.incident_id()), channel, "/",
                      news.event());
}

internal::v1::News MakeNews(const v1::Incident& incident,
                            absl::string_view event, absl::Time due) {
  internal::v1::News news;
  news.set_incident_id(incident.incident_id());
  news.set_event(std::string(event));
  news.set_namespace_(incident.namespace_());
  news.set_target(incident.target());
  *news.mutable_due_time() = ToMessage(due);
  return news;
}

StoreOp PutNews(absl::string_view channel, const internal::v1::News& news) {
  return {.key = NewsKey(channel, news), .value = news.SerializeAsString()};
}

StoreOp PutDelivery(absl::string_view channel, const internal::v1::News& news,
                    const Fate& fate) {
  v1::IncidentDelivery delivery;
  delivery.set_channel(std::string(channel));
  delivery.set_event(news.event());
  delivery.set_state(fate.state);
  delivery.set_attempts(fate.attempts);
  delivery.set_last_error(fate.error);
  *delivery.mutable_time() = ToMessage(fate.time);
  return {.key = DeliveryKey(channel, news),
          .value = delivery.SerializeAsString()};
}

absl::StatusOr<DueNews> ReadDueNews(Store& store, absl::string_view channel,
                                    absl::Time now, absl::Time soon,
                                    size_t limit) {
  DueNews due;
  const auto listed = ForEachEntry(
      store, NewsPrefix(channel), "", [&](const StoreEntry& entry) {
        internal::v1::News news;
        // What is not readable is not ours to delete.
        if (!news.ParseFromString(entry.value)) return true;
        const absl::Time time = FromMessage(news.due_time());
        const bool is_full = due.news.size() + due.soon.size() == limit;
        if (time > now || is_full) due.next = std::min(due.next, time);
        if (time > soon || is_full) return false;
        (time <= now ? due.news : due.soon).push_back(std::move(news));
        return true;
      });
  if (!listed.ok()) return listed.status();
  return due;
}

absl::StatusOr<std::vector<internal::v1::OutboxMessage>> ReadMessages(
    Store& store, absl::string_view channel) {
  std::vector<internal::v1::OutboxMessage> messages;
  const auto listed = ForEachEntry(store, MessagePrefix(channel), "",
                                   [&](const StoreEntry& entry) {
                                     internal::v1::OutboxMessage message;
                                     if (message.ParseFromString(entry.value)) {
                                       messages.push_back(std::move(message));
                                     }
                                     return true;
                                   });
  if (!listed.ok()) return listed.status();
  return messages;
}

absl::Status CommitInParts(Store& store,
                           const std::vector<StoreCompare>& compares,
                           std::vector<StoreOp> ops) {
  for (size_t begin = 0; begin < ops.size();) {
    StoreTransaction transaction{compares, {}};
    size_t bytes = 0;
    do {
      bytes += SizeOf(ops[begin]);
      transaction.ops.push_back(std::move(ops[begin++]));
    } while (begin < ops.size() && transaction.ops.size() < kMaxOpsPerCommit &&
             bytes + SizeOf(ops[begin]) < kMaxBytesPerCommit);
    const absl::StatusOr<StoreCommit> commit = store.Commit(transaction);
    if (!commit.ok()) return FromStore(commit.status());
    if (!commit->committed) {
      return absl::AbortedError("another server has the channel");
    }
  }
  return absl::OkStatus();
}

absl::Status FailOrphans(Store& store, const std::set<std::string>& known,
                         absl::Time now) {
  std::vector<StoreOp> ops;
  const auto listed =
      ForEachEntry(store, kOutboxPrefix, "", [&](const StoreEntry& entry) {
        // outbox/<channel>/<n or m>/<rest>
        const std::vector<std::string> parts =
            absl::StrSplit(entry.key, absl::MaxSplits('/', 3));
        if (parts.size() < 4 || known.count(parts[1]) > 0) return true;
        internal::v1::News news;
        internal::v1::OutboxMessage message;
        if (parts[2] == "n" && news.ParseFromString(entry.value)) {
          FailAll(parts[1], {news}, now, &ops);
        } else if (parts[2] == "m" && message.ParseFromString(entry.value)) {
          FailAll(parts[1], {message.news().begin(), message.news().end()}, now,
                  &ops);
        } else {
          return true;
        }
        ops.push_back(DeleteKey(entry.key));
        return true;
      });
  if (!listed.ok()) return listed.status();
  return CommitInParts(store, {}, std::move(ops));
}

}  // namespace recourse
