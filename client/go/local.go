package recourse

import (
	"context"
	"errors"
	"math"
	"math/rand"
	"net"
	"syscall"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	pb "recourse/v1"
)

// localRetries is how a recovery goes on without an answer: by the plan of the
// last one, else by the small default.
type localRetries struct {
	plan     *pb.LocalPlan // Of the target that is called now.
	planEnds time.Time
	done     int
}

var smallDefault = &pb.LocalPlan{
	MaxRetries: 2, BaseDelay: durationpb.New(200 * time.Millisecond), Factor: 2,
	MaxDelay: durationpb.New(2 * time.Second), Jitter: pb.Jitter_JITTER_FULL,
}

// goOnLocally waits until the operation is to run again; an error ends it.
func (r *recovery) goOnLocally(ctx context.Context) error {
	details := r.call.Describe(r.failure)
	plan := r.local.plan
	if plan != nil && r.Clock.Now().After(r.local.planEnds) {
		plan = nil
	}
	if plan == nil && looksTemporary(r.failure, details) {
		plan = smallDefault
	}
	if ctx.Err() != nil || r.notIdempotent() || plan == nil || r.local.done >= int(plan.MaxRetries) {
		return r.stopped(ctx)
	}
	delay := localDelay(plan, r.local.done)
	if asked := details.GetRetryAfter().AsDuration(); asked > delay {
		delay = asked
	}
	r.local.done++
	return r.wait(ctx, delay)
}

// localDelay is the wait before local retry k = 0, 1, 2 ...; a jitter that is
// neither none nor equal is taken for full.
func localDelay(plan *pb.LocalPlan, k int) time.Duration {
	delay := plan.GetBaseDelay().AsDuration().Seconds() * math.Pow(plan.Factor, float64(k))
	delay = math.Min(delay, plan.GetMaxDelay().AsDuration().Seconds())
	switch plan.Jitter {
	case pb.Jitter_JITTER_NONE:
	case pb.Jitter_JITTER_EQUAL:
		delay *= 0.5 + rand.Float64()/2
	default:
		delay *= rand.Float64()
	}
	return time.Duration(delay * float64(time.Second))
}

// looksTemporary tells whether trying again may help, as far as can be seen here.
func looksTemporary(err error, details *pb.ErrorDetails) bool {
	switch details.HttpStatus {
	case 408, 429, 502, 503, 504:
		return true
	}
	switch details.GrpcCode {
	case "UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED":
		return true
	}
	if details.HttpStatus != 0 || details.GrpcCode != "" {
		return false
	}
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
