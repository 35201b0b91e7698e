#include "server/model/step.h"

namespace recourse {

Strategy StrategyOf(const Step& step) {
  struct Visitor {
    Strategy operator()(const RetryStep&) { return Strategy::kRetry; }
    Strategy operator()(const AlternativePathStep&) {
      return Strategy::kAlternativePath;
    }
    Strategy operator()(const GracefulDegradationStep&) {
      return Strategy::kGracefulDegradation;
    }
    Strategy operator()(const ErrorCorrectionStep&) {
      return Strategy::kErrorCorrection;
    }
    Strategy operator()(const EscalationStep&) { return Strategy::kEscalation; }
  };
  return std::visit(Visitor(), step);
}

}  // namespace recourse
