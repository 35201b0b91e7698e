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

func (r *recovery) next() Attempt {
	attempt := r.attempt
	r.attempt.Timeout = 0
	if left := r.left(); left > 0 && (attempt.Timeout == 0 || left < attempt.Timeout) {
		attempt.Timeout = left
	}
	return attempt
}

func run[T any](ctx context.Context, attempt Attempt, operation func(context.Context, Attempt) (T, error)) (T, error) {
	if attempt.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, attempt.Timeout)
		defer cancel()
		ctx = limited
	}
	return operation(ctx, attempt)
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
