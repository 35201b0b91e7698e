#include "server/match/scratch_pool.h"

#include <hs/hs.h>

#include <utility>

namespace recourse {

void ScratchDeleter::operator()(hs_scratch* scratch) const {
  hs_free_scratch(scratch);
}

HsScratch ScratchPool::Take() {
  {
    absl::MutexLock lock(&mu_);
    if (!idle_.empty()) {
      HsScratch scratch = std::move(idle_.back());
      idle_.pop_back();
      return scratch;
    }
  }
  hs_scratch_t* clone = nullptr;
  if (prototype_ != nullptr &&
      hs_clone_scratch(prototype_.get(), &clone) != HS_SUCCESS) {
    return nullptr;
  }
  return HsScratch(clone);
}

void ScratchPool::Return(HsScratch scratch) {
  if (scratch == nullptr) return;
  absl::MutexLock lock(&mu_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(scratch));
}

}  // namespace recourse
