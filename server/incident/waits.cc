#include "server/incident/waits.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "server/incident/steady_cond_var.h"
#include "server/wire/errors.h"

namespace recourse {

// Who waits, under which names, and how far its answer is.
struct WaitTable::Entry {
  enum class Stage { kWaiting, kAnswering, kOver };
  std::string incident_id;
  std::string waiter_id;
  absl::Time deadline;
  bool looked_up = false;
  Stage stage = Stage::kWaiting;
  Done done;
};

class WaitTable::Core {
 public:
  using SharedEntry = std::shared_ptr<Entry>;

  explicit Core(std::function<absl::Time()> clock) : clock_(std::move(clock)) {}

  // Answers it at once when there is no room or no more service.
  void Add(const SharedEntry& entry) {
    absl::Status refusal;
    {
      absl::MutexLock lock(&mutex_);
      if (!shutdown_.ok()) {
        refusal = shutdown_;
      } else if (size_ >= kMaxWaits) {
        refusal =
            Refusal(absl::StatusCode::kResourceExhausted, reason::kOverloaded,
                    "too many calls await incidents on this server");
      } else {
        waiting_[entry->incident_id].emplace(entry->waiter_id, entry);
        ++size_;
        if (entry->looked_up) deadlines_.emplace(entry->deadline, entry);
        changed_.SignalAll();
        return;
      }
      entry->stage = Entry::Stage::kAnswering;
    }
    Answer(entry, refusal);
  }

  void LookedUp(const std::string& incident_id, const std::string& waiter_id) {
    absl::MutexLock lock(&mutex_);
    for (const SharedEntry& entry : Find(incident_id, waiter_id)) {
      if (entry->looked_up) continue;
      entry->looked_up = true;
      deadlines_.emplace(entry->deadline, entry);
    }
    changed_.SignalAll();
  }

  // Takes out those under these names; they are to be answered.
  std::vector<SharedEntry> Take(const std::string& incident_id,
                                const std::string& waiter_id) {
    absl::MutexLock lock(&mutex_);
    std::vector<SharedEntry> taken = Find(incident_id, waiter_id);
    for (const SharedEntry& entry : taken) Remove(entry);
    return taken;
  }

  std::set<std::string> WaitersOf(const std::string& incident_id) {
    std::set<std::string> waiters;
    absl::MutexLock lock(&mutex_);
    const auto it = waiting_.find(incident_id);
    if (it == waiting_.end()) return waiters;
    for (const auto& [waiter_id, entry] : it->second) waiters.insert(waiter_id);
    return waiters;
  }

  void Answer(const SharedEntry& entry, WaitTable::Answer answer) {
    entry->done(std::move(answer));
    absl::MutexLock lock(&mutex_);
    entry->stage = Entry::Stage::kOver;
    entry->done = nullptr;
    changed_.SignalAll();
  }

  void Move(const std::string& from, const std::string& to) {
    absl::MutexLock lock(&mutex_);
    const auto it = waiting_.find(from);
    if (it == waiting_.end()) return;
    for (const auto& [waiter_id, entry] : it->second) entry->incident_id = to;
    waiting_[to].merge(it->second);
    waiting_.erase(from);
  }

  // When this returns, the entry's `done` does not run and will not.
  void Drop(const SharedEntry& entry) {
    absl::MutexLock lock(&mutex_);
    if (entry->stage == Entry::Stage::kWaiting) {
      Remove(entry);
      entry->stage = Entry::Stage::kOver;
      entry->done = nullptr;
    }
    while (entry->stage != Entry::Stage::kOver) changed_.Wait(&mutex_);
  }

  void Shutdown(const absl::Status& status) {
    std::vector<SharedEntry> rest;
    {
      absl::MutexLock lock(&mutex_);
      if (!shutdown_.ok()) return;
      shutdown_ = status;
      for (const auto& [id, entries] : waiting_) {
        for (const auto& [waiter, entry] : entries) rest.push_back(entry);
      }
      for (const SharedEntry& entry : rest) Remove(entry);
      changed_.SignalAll();
    }
    for (const SharedEntry& entry : rest) Answer(entry, status);
  }

  // The timer's thread.
  void Run() {
    while (true) {
      std::vector<SharedEntry> due;
      {
        absl::MutexLock lock(&mutex_);
        while (shutdown_.ok() && (due = TakeDue()).empty()) WaitForDeadline();
        if (due.empty()) return;
      }
      for (const SharedEntry& entry : due) Answer(entry, std::nullopt);
    }
  }

 private:
  using Deadline = std::pair<absl::Time, SharedEntry>;

  using ByWaiter = std::multimap<std::string, SharedEntry>;

  std::vector<SharedEntry> Find(const std::string& incident_id,
                                const std::string& waiter_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<SharedEntry> found;
    const auto it = waiting_.find(incident_id);
    if (it == waiting_.end()) return found;
    const auto [begin, end] = it->second.equal_range(waiter_id);
    for (auto entry = begin; entry != end; ++entry) {
      found.push_back(entry->second);
    }
    return found;
  }

  void Remove(const SharedEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto it = waiting_.find(entry->incident_id);
    const auto [begin, end] = it->second.equal_range(entry->waiter_id);
    it->second.erase(std::find_if(
        begin, end, [&](const auto& pair) { return pair.second == entry; }));
    if (it->second.empty()) waiting_.erase(it);
    deadlines_.erase(Deadline(entry->deadline, entry));
    --size_;
    entry->stage = Entry::Stage::kAnswering;
  }

  std::vector<SharedEntry> TakeDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<SharedEntry> due;
    const absl::Time now = clock_();
    for (const auto& [deadline, entry] : deadlines_) {
      if (deadline > now) break;
      due.push_back(entry);
    }
    for (const SharedEntry& entry : due) Remove(entry);
    return due;
  }

  void WaitForDeadline() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (deadlines_.empty()) return changed_.Wait(&mutex_);
    // A clock that is set forward is noticed within a second.
    const absl::Duration left = deadlines_.begin()->first - clock_();
    changed_.WaitWithTimeout(&mutex_, std::min(left, absl::Seconds(1)));
  }

  const std::function<absl::Time()> clock_;
  absl::Mutex mutex_;
  SteadyCondVar changed_;  // Any member below, or an entry's stage.
  std::map<std::string, ByWaiter> waiting_
      ABSL_GUARDED_BY(mutex_);  // By incident.
  std::set<Deadline> deadlines_ ABSL_GUARDED_BY(mutex_);
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status shutdown_ ABSL_GUARDED_BY(mutex_);
};

class WaitTable::Handle : public IncidentDesk::Wait {
 public:
  Handle(std::shared_ptr<Core> core, std::shared_ptr<Entry> entry)
      : core_(std::move(core)), entry_(std::move(entry)) {}
  ~Handle() override { core_->Drop(entry_); }

 private:
  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Entry> entry_;
};

WaitTable::WaitTable(std::function<absl::Time()> clock)
    : core_(std::make_shared<Core>(std::move(clock))),
      timer_([core = core_] { core->Run(); }) {}

WaitTable::~WaitTable() {
  Shutdown(absl::CancelledError("the incident desk was closed"));
  timer_.join();
}

std::unique_ptr<IncidentDesk::Wait> WaitTable::Add(
    const std::string& incident_id, const std::string& waiter_id,
    absl::Time deadline, bool looked_up, Done done) {
  auto entry = std::make_shared<Entry>();
  entry->incident_id = incident_id;
  entry->waiter_id = waiter_id;
  entry->deadline = deadline;
  entry->looked_up = looked_up;
  entry->done = std::move(done);
  core_->Add(entry);
  return std::make_unique<Handle>(core_, std::move(entry));
}

void WaitTable::LookedUp(const std::string& incident_id,
                         const std::string& waiter_id) {
  core_->LookedUp(incident_id, waiter_id);
}

void WaitTable::Complete(const std::string& incident_id,
                         const std::string& waiter_id, const Answer& answer) {
  for (const auto& entry : core_->Take(incident_id, waiter_id)) {
    core_->Answer(entry, answer);
  }
}

std::set<std::string> WaitTable::WaitersOf(
    const std::string& incident_id) const {
  return core_->WaitersOf(incident_id);
}

void WaitTable::Move(const std::string& from, const std::string& to) {
  core_->Move(from, to);
}

void WaitTable::Shutdown(const absl::Status& status) {
  core_->Shutdown(status);
}

}  // namespace recourse
