#include "server/targets/policy_book.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "recourse/internal/v1/targets.pb.h"
#include "server/model/pattern.h"
#include "server/wire/errors.h"
#include "server/wire/target_policy.h"
#include "server/wire/times.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

// What is asked first: a policy with a namespace, then the longest glob, then
// one without *, then the smaller id.
auto Rank(const TargetPolicy& policy) {
  const std::string& glob = policy.target_glob;
  return std::make_tuple(policy.ns.empty(), -static_cast<int64_t>(glob.size()),
                         absl::EndsWith(glob, "*"),
                         absl::string_view(policy.policy_id));
}

std::string KeyOf(const std::string& policy_id) {
  return absl::StrCat(kPolicyPrefix, policy_id);
}

absl::Status NotFound(const std::string& policy_id) {
  return Refusal(absl::StatusCode::kNotFound, reason::kPolicyNotFound,
                 absl::StrCat("there is no policy ", policy_id),
                 {{"policy_id", policy_id}});
}

// The revision that a change is based on; 0 as a wish means any.
absl::StatusOr<int64_t> BaseRevision(int64_t wished, int64_t current) {
  if (wished == 0 || wished == current) return current;
  return Refusal(
      absl::StatusCode::kAborted, reason::kStaleRevision,
      absl::StrCat("the policy is at revision ", current, ", not ", wished),
      {{"revision", absl::StrCat(current)}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<PolicyBook>> PolicyBook::Open(
    Store* store, std::function<void()> on_change) {
  std::unique_ptr<PolicyBook> book(new PolicyBook);
  auto mirror =
      KeyMirror::Open(store, kPolicyPrefix,
                      [raw = book.get(), on_change = std::move(on_change),
                       first = true](const KeyChanges& changes) mutable {
                        raw->Read(changes);
                        if (!std::exchange(first, false) && on_change)
                          on_change();
                      });
  if (!mirror.ok()) return mirror.status();
  book->mirror_ = *std::move(mirror);
  return book;
}

void PolicyBook::Read(const KeyChanges& changes) {
  std::set<std::string> replaced;  // Keys.
  replaced.insert(changes.deleted.begin(), changes.deleted.end());
  Pages fresh;
  for (const StoreEntry& entry : changes.put) {
    replaced.insert(entry.key);
    internal::v1::StoredPolicy stored;
    absl::StatusOr<TargetPolicy> policy =
        absl::DataLossError("it does not decode");
    if (stored.ParseFromString(entry.value)) {
      stored.mutable_policy()->set_revision(entry.mod_revision);
      policy = ParseTargetPolicy(stored.policy());
    }
    if (!policy.ok()) {
      // A newer version wrote it.
      spdlog::warn("{} is not in force: {}", entry.key,
                   std::string(policy.status().message()));
      continue;
    }
    v1::TargetPolicy message = ToMessage(*policy);
    *message.mutable_update_time() = stored.update_time();
    fresh.push_back(std::make_shared<const Page>(
        Page{std::move(message),
             std::make_shared<const TargetPolicy>(*std::move(policy))}));
  }
  auto next = std::make_shared<Pages>(*pages());
  std::erase_if(*next, [&replaced](const auto& page) {
    return replaced.contains(KeyOf(page->policy->policy_id));
  });
  next->insert(next->end(), fresh.begin(), fresh.end());
  std::sort(next->begin(), next->end(), [](const auto& a, const auto& b) {
    return Rank(*a->policy) < Rank(*b->policy);
  });
  absl::MutexLock lock(&mu_);
  pages_ = std::move(next);
}

std::shared_ptr<const PolicyBook::Pages> PolicyBook::pages() const {
  absl::MutexLock lock(&mu_);
  return pages_;
}

SharedTargetPolicy PolicyBook::Lookup(absl::string_view ns,
                                      absl::string_view target) const {
  static const SharedTargetPolicy* const kDefault =
      new SharedTargetPolicy(std::make_shared<const TargetPolicy>());
  const std::shared_ptr<const Pages> all = pages();
  for (const auto& page : *all) {
    const TargetPolicy& policy = *page->policy;
    if (!policy.ns.empty() && policy.ns != ns) continue;
    if (MatchesGlob(policy.target_glob, target)) return page->policy;
  }
  return *kDefault;
}

const PolicyBook::Page* PolicyBook::Find(const Pages& pages,
                                         const std::string& policy_id) const {
  const auto it = std::find_if(
      pages.begin(), pages.end(),
      [&](const auto& page) { return page->policy->policy_id == policy_id; });
  return it == pages.end() ? nullptr : it->get();
}

absl::StatusOr<v1::TargetPolicy> PolicyBook::Set(
    const v1::SetTargetPolicyRequest& request, absl::Time now) {
  absl::StatusOr<TargetPolicy> policy = ParseTargetPolicy(request.policy());
  if (!policy.ok()) return PrefixField("policy", policy.status());
  const std::shared_ptr<const Pages> all = pages();
  const Page* page = Find(*all, policy->policy_id);
  const absl::StatusOr<int64_t> base = BaseRevision(
      policy->revision, page == nullptr ? 0 : page->policy->revision);
  if (!base.ok()) return base.status();
  if (page == nullptr && all->size() >= kMaxPolicies) {
    return Refusal(absl::StatusCode::kResourceExhausted,
                   reason::kTooManyPolicies,
                   absl::StrCat("there are ", kMaxPolicies,
                                " policies already, as many as there may be"));
  }
  v1::TargetPolicy message = ToMessage(*policy);
  *message.mutable_update_time() = ToMessage(now);
  message.set_revision(*base);
  if (request.validate_only()) return message;
  internal::v1::StoredPolicy stored;
  *stored.mutable_policy() = message;
  *stored.mutable_update_time() = message.update_time();
  const std::string key = KeyOf(policy->policy_id);
  const absl::StatusOr<int64_t> revision = mirror_->Commit(
      {.compares = {{key, *base}}, .ops = {{key, stored.SerializeAsString()}}});
  if (!revision.ok()) return revision.status();
  message.set_revision(*revision);
  return message;
}

absl::StatusOr<v1::TargetPolicy> PolicyBook::Get(
    const std::string& policy_id) const {
  const std::shared_ptr<const Pages> all = pages();
  const Page* page = Find(*all, policy_id);
  if (page == nullptr) return NotFound(policy_id);
  return page->message;
}

std::vector<v1::TargetPolicy> PolicyBook::List() const {
  std::vector<v1::TargetPolicy> messages;
  const std::shared_ptr<const Pages> all = pages();
  for (const auto& page : *all) messages.push_back(page->message);
  std::sort(messages.begin(), messages.end(), [](const auto& a, const auto& b) {
    return a.policy_id() < b.policy_id();
  });
  return messages;
}

absl::Status PolicyBook::Delete(const v1::DeleteTargetPolicyRequest& request) {
  const std::shared_ptr<const Pages> all = pages();
  const Page* page = Find(*all, request.policy_id());
  if (page == nullptr) return NotFound(request.policy_id());
  const absl::StatusOr<int64_t> base =
      BaseRevision(request.revision(), page->policy->revision);
  if (!base.ok()) return base.status();
  const std::string key = KeyOf(request.policy_id());
  return mirror_->Commit({.compares = {{key, *base}}, .ops = {{key}}}).status();
}

}  // namespace recourse
