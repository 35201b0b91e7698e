#include "bench/drill/policy.h"

namespace recourse::drill {

std::vector<PolicyKind> AllPolicies() {
  std::vector<PolicyKind> kinds = BackoffPolicies();
  for (auto* make : {Polly, Grpc, Finagle, Resilience4j}) {
    kinds.push_back(make());
  }
  kinds.push_back(Ours());
  return kinds;
}

}  // namespace recourse::drill
