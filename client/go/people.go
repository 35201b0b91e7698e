package recourse

import (
	"context"
	"time"

	pb "recourse/v1"
)

// awaitHuman polls until a person has said what to do.
func (r *recovery) awaitHuman(ctx context.Context, incident string) error {
	const firstPause, longestPause, poll = time.Second, 30 * time.Second, 30 * time.Second
	for pause := firstPause; r.call.AwaitHuman; {
		answer, err := r.awaitIncident(ctx, incident, poll)
		switch {
		case err == nil && answer.Resolution != nil:
			r.token = answer.RecoveryToken
			return r.resolved(answer.Resolution)
		case err == nil: // Not yet.
			r.token, pause = answer.RecoveryToken, firstPause
			err = r.wait(ctx, 100*time.Millisecond)
		case mayPass(err):
			err = r.wait(ctx, pause)
			pause = min(2*pause, longestPause)
		default:
			err = r.end(pb.Outcome_OUTCOME_ABANDONED, r.failure)
		}
		if err != nil {
			return err
		}
	}
	return r.end(pb.Outcome_OUTCOME_FAILURE, r.failure)
}

func (r *recovery) resolved(resolution *pb.Resolution) error {
	switch resolution.Action {
	case pb.ResolutionAction_RESOLUTION_ACTION_RESUME:
		r.attempt.State, _ = keepKind(resolution.State.AsMap(), r.attempt.State).(map[string]any)
		return nil
	case pb.ResolutionAction_RESOLUTION_ACTION_RETRY:
		return nil
	case pb.ResolutionAction_RESOLUTION_ACTION_SKIP:
		return r.end(pb.Outcome_OUTCOME_FAILURE, ErrSkipped)
	}
	return r.end(pb.Outcome_OUTCOME_FAILURE, r.failure)
}
