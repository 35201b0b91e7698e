package recourse

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	pb "recourse/v1"
)

// Client asks one server. Safe for concurrent use; its fields may be changed
// before the first Do. Make one with New.
type Client struct {
	Caller     *pb.Caller    // Who asks; service and instance at most 128 bytes each.
	AskTimeout time.Duration // Patience for one question, above 0; New sets 250 ms.
	Clock      Clock         // New sets the real one; tests have others.

	orchestrator pb.ErrorRecoveryOrchestratorClient
	incidents    pb.IncidentsClient
	reports      chan struct{} // As many as may be under way.
	sending      sync.WaitGroup
}

// Clock tells the time and waits. Sleep returns nil after the whole wait, and
// early with the context's error. Safe for concurrent use.
type Clock interface {
	Now() time.Time
	Sleep(context.Context, time.Duration) error
}

const (
	maxReports    = 1000 // Under way at once; further ones are dropped.
	reportTimeout = 250 * time.Millisecond
	maxCauses     = 16
)

// New makes a client of the server behind the connection, which stays the
// caller's to close, after Flush. The service is the caller's name, at most 128
// bytes: what is longer is refused with each question.
func New(connection grpc.ClientConnInterface, service string) *Client {
	return &Client{
		Caller:       &pb.Caller{Service: service},
		AskTimeout:   250 * time.Millisecond,
		Clock:        realClock{},
		orchestrator: pb.NewErrorRecoveryOrchestratorClient(connection),
		incidents:    pb.NewIncidentsClient(connection),
		reports:      make(chan struct{}, maxReports),
	}
}

// Flush waits until what is being reported has been sent, or dropped: 250 ms at
// most. Not at the same time as a Do.
func (c *Client) Flush() { c.sending.Wait() }

func (c *Client) begin(ctx context.Context, call Call) (*recovery, error) {
	if _, err := structpb.NewStruct(call.State); err != nil {
		return nil, fmt.Errorf("recourse: Call.State is not JSON: %w", err)
	}
	if call.Describe == nil {
		call.Describe = DescribeError
	}
	deadline, _ := ctx.Deadline()
	return &recovery{Client: c, call: call, deadline: deadline,
		attempt: Attempt{Target: call.Target, Parameters: map[string]string{}, State: call.State, KeepRatio: 1}}, nil
}

// ask puts the question about the last failure. A token that is refused is
// dropped, and the question asked once more without it.
func (r *recovery) ask(ctx context.Context, recheck bool) (*pb.RecoveryResult, error) {
	question := r.question(recheck)
	answer, err := r.put(ctx, question)
	if status.Code(err) == codes.InvalidArgument && question.RecoveryToken != "" {
		r.token, question.RecoveryToken = "", ""
		answer, err = r.put(ctx, question)
	}
	return answer, err
}

func (r *recovery) put(ctx context.Context, question *pb.RecoveryContext) (*pb.RecoveryResult, error) {
	ctx, cancel := context.WithTimeout(ctx, r.AskTimeout) // Ends no later than ctx itself.
	defer cancel()
	return r.orchestrator.HandleError(ctx, question)
}

func (r *recovery) question(recheck bool) *pb.RecoveryContext {
	question := &pb.RecoveryContext{
		Error:         r.call.Describe(r.failure),
		Target:        r.attempt.Target,
		Caller:        r.Caller,
		Idempotency:   r.call.Idempotency,
		SubjectField:  r.call.SubjectField,
		Capabilities:  r.call.capabilities(),
		RecoveryToken: r.token,
		RequestId:     newID(),
		CircuitOpen:   recheck,
	}
	if left := r.left(); left > 0 {
		question.TimeRemaining = durationpb.New(left)
	}
	if r.call.ExpectedTime > 0 {
		question.ExpectedCallTime = durationpb.New(r.call.ExpectedTime)
	}
	if r.attempt.State != nil {
		question.State, _ = structpb.NewStruct(r.attempt.State)
	}
	return question
}

func (r *recovery) awaitIncident(
	ctx context.Context, incident string, poll time.Duration,
) (*pb.AwaitIncidentResponse, error) {
	if left := r.left(); left > 0 {
		poll = min(poll, left)
	}
	ctx, cancel := context.WithTimeout(ctx, poll+r.AskTimeout)
	defer cancel()
	return r.incidents.AwaitIncident(ctx, &pb.AwaitIncidentRequest{
		IncidentId: incident, RecoveryToken: r.token, Timeout: durationpb.New(poll)})
}

// report is sent in the background, not repeated, and dropped when it cannot be sent.
func (c *Client) report(token string, outcome pb.Outcome, took time.Duration) {
	select {
	case c.reports <- struct{}{}:
	default:
		return
	}
	c.sending.Add(1)
	go func() {
		defer func() { <-c.reports; c.sending.Done() }()
		ctx, cancel := context.WithTimeout(context.Background(), reportTimeout)
		defer cancel()
		c.orchestrator.ReportOutcome(ctx, &pb.RecoveryOutcome{
			RecoveryToken: token, Outcome: outcome, Duration: durationpb.New(took)})
	}()
}

// DescribeError tells an error's type, text and causes, and the code of a gRPC
// status. Whoever knows more of an error (an HTTP status, a vendor's code,
// Retry-After) puts it beside these in a Call.Describe of their own.
func DescribeError(err error) *pb.ErrorDetails {
	details := &pb.ErrorDetails{ExceptionType: fmt.Sprintf("%T", err), Message: err.Error()}
	if told, ok := status.FromError(err); ok {
		details.Message, details.GrpcCode = told.Message(), codeNames[told.Code()]
	}
	for cause := errors.Unwrap(err); cause != nil && len(details.Causes) < maxCauses; cause = errors.Unwrap(cause) {
		details.Causes = append(details.Causes, &pb.ErrorCause{
			ExceptionType: fmt.Sprintf("%T", cause), Message: cause.Error()})
	}
	return details
}

// codeNames are the canonical ones: Go's differ.
var codeNames = map[codes.Code]string{
	codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND",
	codes.AlreadyExists: "ALREADY_EXISTS", codes.PermissionDenied: "PERMISSION_DENIED",
	codes.ResourceExhausted: "RESOURCE_EXHAUSTED", codes.FailedPrecondition: "FAILED_PRECONDITION",
	codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE", codes.Unimplemented: "UNIMPLEMENTED",
	codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE", codes.DataLoss: "DATA_LOSS",
	codes.Unauthenticated: "UNAUTHENTICATED",
}

// mayPass tells whether a call to Recourse that failed so is worth repeating.
func mayPass(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Internal, codes.Aborted:
		return true
	}
	return false
}

func newID() string {
	var id [16]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Sleep(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
