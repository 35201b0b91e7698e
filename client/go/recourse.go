// Package recourse runs operations that may fail: try, ask, obey, report.
//
// It is a reference loop, made to be read and copied: this file is the loop, and
// the others are what it stands on. call.go: what a caller declares; recovery.go:
// where an operation stands, its time and its end; asking.go: what is said to the
// server; people.go: how a person is awaited; local.go: what is done without an
// answer; edits.go: edits of an operation's state. docs/client-behaviour.md has
// the rules that they keep.
package recourse

import (
	"context"
	"errors"

	"google.golang.org/protobuf/types/known/structpb"
	pb "recourse/v1"
)

// Do runs the operation, once or more often, on this goroutine. What comes back:
//
//   - the operation's value, or the one that stands in for it, read as JSON into
//     T; where that does not fit, an error that says so;
//   - its own last error, when nothing more can be done or time is up;
//   - ErrSkipped, when a person said to do without it;
//   - the error of ctx, when that was cancelled;
//   - an error before anything ran, when Call.State is not JSON.
//
// The deadline of ctx holds for all of it, waits included; without one there is
// no limit. One report is sent at the end, in the background, where the server
// ever answered.
func Do[T any](
	ctx context.Context, c *Client, call Call, operation func(context.Context, Attempt) (T, error),
) (T, error) {
	var value, none T
	r, err := c.begin(ctx, call)
	if err != nil {
		return none, err
	}
	for {
		value, err = run(ctx, r.next(), operation) // Try.
		if err == nil {
			return value, r.end(pb.Outcome_OUTCOME_SUCCESS, nil)
		}
		standIn, err := r.recover(ctx, err) // Ask and obey.
		if err != nil {
			return none, err
		}
		if standIn != nil {
			return decode[T](standIn)
		}
	}
}

// maxQuestions of one recovery: a broken server cannot hold a caller.
const maxQuestions = 200

// errAsk is no end: the server is to be asked about r.failure.
var errAsk = errors.New("ask")

// recover returns when the operation is to run again (nil, nil), when a value
// stands in for its own, or when it is over.
func (r *recovery) recover(ctx context.Context, failure error) (*structpb.Value, error) {
	if r.failure == nil {
		r.failedSince = r.Clock.Now()
	}
	r.failure = failure
	recheck := false
	for {
		r.questions++
		if ctx.Err() != nil || r.left() < 0 || r.questions > maxQuestions {
			return nil, r.stopped(ctx)
		}
		answer, err := r.ask(ctx, recheck)
		if err != nil {
			return nil, r.goOnLocally(ctx)
		}
		r.learn(answer)
		if r.call.OnDecision != nil {
			r.call.OnDecision(answer)
		}
		standIn, err := r.obey(ctx, answer)
		recheck = answer.Recheck && err == nil
		if !recheck && err != errAsk {
			return standIn, err
		}
	}
}

func (r *recovery) obey(ctx context.Context, answer *pb.RecoveryResult) (*structpb.Value, error) {
	switch answer.Disposition {
	case pb.Disposition_DISPOSITION_ACT:
		return nil, r.act(ctx, answer)
	case pb.Disposition_DISPOSITION_RECOVERED:
		if answer.Result == nil {
			answer.Result = structpb.NewNullValue()
		}
		return answer.Result, r.end(pb.Outcome_OUTCOME_SUCCESS, nil)
	case pb.Disposition_DISPOSITION_WAIT_FOR_HUMAN:
		return nil, r.awaitHuman(ctx, answer.GetEscalation().GetIncidentId())
	case pb.Disposition_DISPOSITION_ESCALATED, pb.Disposition_DISPOSITION_GIVE_UP:
		return nil, r.end(pb.Outcome_OUTCOME_FAILURE, r.failure)
	}
	return nil, r.end(pb.Outcome_OUTCOME_ABANDONED, r.failure)
}

func (r *recovery) act(ctx context.Context, answer *pb.RecoveryResult) error {
	if r.notIdempotent() && !answer.GetClassification().GetNotExecuted() {
		return r.end(pb.Outcome_OUTCOME_ABANDONED, r.failure) // The caller's word stands above any answer.
	}
	switch action := answer.Action.(type) {
	case *pb.RecoveryResult_Retry:
		if name := action.Retry.Remediation; name != "" {
			if err := r.remediate(ctx, name); err != nil {
				r.failure = err // A failed attempt, with its own error.
				return errAsk
			}
		}
		r.attempt.Timeout = action.Retry.GetTimeout().AsDuration()
		return r.wait(ctx, action.Retry.GetDelay().AsDuration())
	case *pb.RecoveryResult_AlternativePath:
		r.take(r.call.asDeclared(action.AlternativePath.GetAlternative()))
	case *pb.RecoveryResult_GracefulDegradation:
		less := action.GracefulDegradation
		r.attempt.DisabledFeatures = less.DisableFeatures
		if less.KeepRatio != 0 {
			r.attempt.KeepRatio *= less.KeepRatio
		}
		r.attempt.State = applyEdits(r.attempt.State, less.Edits)
	case *pb.RecoveryResult_ErrorCorrection:
		r.attempt.State = applyEdits(r.attempt.State, action.ErrorCorrection.Edits)
	default: // An action that is newer than this loop.
		return r.end(pb.Outcome_OUTCOME_ABANDONED, r.failure)
	}
	return r.wait(ctx, answer.GetStartDelay().AsDuration())
}
