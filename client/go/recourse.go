// Package recourse runs operations that may fail: try, ask, obey, report.
//
// It is a reference loop, made to be read and copied: this file is the loop,
// call.go what a caller declares, asking.go what is said to the server,
// people.go how a person is awaited, local.go what is done without an answer,
// and edits.go changes an operation's state. docs/client-behaviour.md has the
// rules that it keeps.
package recourse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
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

func run[T any](ctx context.Context, attempt Attempt, operation func(context.Context, Attempt) (T, error)) (T, error) {
	if attempt.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, attempt.Timeout)
		defer cancel()
		ctx = limited
	}
	return operation(ctx, attempt)
}

// recovery is one operation from its first attempt to its end.
type recovery struct {
	*Client
	call        Call
	attempt     Attempt // The next one; its Timeout only as an answer gave it.
	deadline    time.Time
	token       string
	failure     error // The last.
	failedSince time.Time
	questions   int
	local       localRetries
}

// maxQuestions of one recovery: a broken server cannot hold a caller.
const maxQuestions = 200

// errAsk is no end: the server is to be asked about r.failure.
var errAsk = errors.New("ask")

func (r *recovery) next() Attempt {
	attempt := r.attempt
	r.attempt.Timeout = 0
	if left := r.left(); left > 0 && (attempt.Timeout == 0 || left < attempt.Timeout) {
		attempt.Timeout = left
	}
	return attempt
}

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

func (r *recovery) learn(answer *pb.RecoveryResult) {
	if answer.RecoveryToken != "" {
		r.token = answer.RecoveryToken
	}
	if answer.LocalPlan != nil {
		r.local.plan = answer.LocalPlan
		r.local.planEnds = r.Clock.Now().Add(answer.LocalPlan.GetValidFor().AsDuration())
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

func (r *recovery) remediate(ctx context.Context, name string) error {
	remediation, declared := r.call.Remediations[name]
	if !declared {
		return fmt.Errorf("recourse: remediation %q is not declared", name)
	}
	return remediation(ctx)
}

func (r *recovery) take(target string, parameters map[string]string) {
	r.attempt.Target, r.attempt.Parameters = target, parameters
	r.local.plan = nil // It was the other target's.
}

// wait begins no wait that would end after the deadline.
func (r *recovery) wait(ctx context.Context, delay time.Duration) error {
	if !r.deadline.IsZero() && delay >= r.left() {
		return r.end(pb.Outcome_OUTCOME_ABANDONED, r.failure)
	}
	if delay > 0 && r.Clock.Sleep(ctx, delay) != nil {
		return r.stopped(ctx)
	}
	return nil
}

// stopped ends with the caller's own cancellation, but never with a time-out.
func (r *recovery) stopped(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return r.end(pb.Outcome_OUTCOME_CANCELLED, ctx.Err())
	}
	return r.end(pb.Outcome_OUTCOME_ABANDONED, r.failure)
}

// left is what remains of the caller's time: 0 without a deadline, below 0 when
// it is over.
func (r *recovery) left() time.Duration {
	if r.deadline.IsZero() {
		return 0
	}
	if left := r.deadline.Sub(r.Clock.Now()); left > 0 {
		return left
	}
	return -1
}

func (r *recovery) notIdempotent() bool {
	return r.call.Idempotency == pb.Idempotency_IDEMPOTENCY_NOT_IDEMPOTENT
}

// end reports how the recovery ended, once, and returns what the caller gets.
func (r *recovery) end(outcome pb.Outcome, err error) error {
	if r.token != "" {
		r.report(r.token, outcome, r.Clock.Now().Sub(r.failedSince))
	}
	return err
}

// decode turns the value that stands in for an answer into the answer's type.
func decode[T any](standIn *structpb.Value) (value T, err error) {
	text, err := protojson.Marshal(standIn)
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	return value, err
}

func min(a, b time.Duration) time.Duration {
	if a < b {
		return a
	}
	return b
}
