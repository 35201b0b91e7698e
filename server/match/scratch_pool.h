// Vectorscan's working memory, handed from call to call.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

struct hs_scratch;

namespace recourse {

struct ScratchDeleter {
  void operator()(hs_scratch* scratch) const;
};
using HsScratch = std::unique_ptr<hs_scratch, ScratchDeleter>;

// Scratches that fit the indexes of one registry. Thread safety: safe for
// concurrent use.
class ScratchPool {
 public:
  static constexpr size_t kMaxIdle = 64;

  // Clones of `prototype` are handed out; null when nothing is to be scanned.
  explicit ScratchPool(HsScratch prototype)
      : prototype_(std::move(prototype)) {}

  // Null when there is no prototype or no memory: searches do without, slowly.
  HsScratch Take();
  void Return(HsScratch scratch);

 private:
  const HsScratch prototype_;
  absl::Mutex mu_;
  std::vector<HsScratch> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse
