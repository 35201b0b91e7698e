#include "client/cpp/driver.h"

namespace recourse {

Recovery::Effect DriveToNextAttempt(Shared& shared, const RunOptions& options,
                                    Recovery& recovery,
                                    Recovery::Effect effect) {
  using Effect = Recovery::Effect;
  while (true) {
    switch (effect) {
      case Effect::kAsk:
        effect = recovery.Answered(shared.link->Ask(
            recovery.question(), recovery.ask_timeout(), options.stop));
        break;
      case Effect::kWait:
        // Whether it was cut short is seen by the recovery itself.
        shared.clock.Sleep(recovery.wait(), options.stop);
        effect = recovery.Waited();
        break;
      case Effect::kRemediate:
        effect = recovery.Remediated(recovery.remediation()());
        break;
      case Effect::kPoll:
        effect = recovery.PolledFor(
            shared.link->Poll(recovery.poll(), options.stop));
        break;
      case Effect::kRun:
      case Effect::kStandIn:
      case Effect::kSkip:
      case Effect::kEnd:
        return effect;
    }
  }
}

}  // namespace recourse
