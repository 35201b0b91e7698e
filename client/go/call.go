package recourse

import (
	"context"
	"errors"
	"time"

	pb "recourse/v1"
)

// Call is what a caller declares about an operation. Only Target is needed.
type Call struct {
	Target       string         // What is called, for example "postgres/orders".
	Idempotency  pb.Idempotency // Whether running it twice is safe; unspecified: as the target's policy says, else yes.
	ExpectedTime time.Duration  // How long one run usually takes; 0: not known.
	State        map[string]any // Its input as JSON has it; what edits change. nil: none, and no edits.
	SubjectField string         // Path in State, names joined by dots, of the text that may be corrected; "": none.

	Alternatives []*pb.Alternative // Other ways, at most 64; nil: any that the server knows, empty: none.
	Degradations []string          // Levels of doing less, at most 64; nil: any, empty: none.
	// Actions by name, for example "refresh_credentials", that an answer may ask
	// for before a retry. One that fails is a failed attempt with its own error.
	Remediations map[string]func(context.Context) error
	AwaitHuman   bool // It may wait for a person, as long as its context allows.

	Describe   func(error) *pb.ErrorDetails // What is told of an error; nil: DescribeError.
	OnDecision func(*pb.RecoveryResult)     // Sees every answer before it is obeyed; nil: nobody does.
}

// Attempt is how to run the operation this time.
type Attempt struct {
	Target           string            // What to call: the Call's, or the alternative's.
	Parameters       map[string]string // Of the alternative that was taken; else empty.
	State            map[string]any    // The Call's, with all edits so far.
	DisabledFeatures []string          // What to do without; each level replaces the last one's.
	KeepRatio        float64           // Share of the input, as first given, to send: in (0, 1], 1 is all.
	Timeout          time.Duration     // What it may take; its context ends then, too. 0: no limit.
}

// ErrSkipped is what an operation ends with that a person said to do without;
// ask with errors.Is.
var ErrSkipped = errors.New("recourse: skipped by a person")

// capabilities: a nil list means that anything will do.
func (c *Call) capabilities() *pb.Capabilities {
	able := &pb.Capabilities{Degradations: c.Degradations, AwaitHuman: c.AwaitHuman}
	for _, alternative := range c.Alternatives {
		able.Alternatives = append(able.Alternatives, alternative.Name)
	}
	for name := range c.Remediations {
		able.Remediations = append(able.Remediations, name)
	}
	if c.Alternatives == nil {
		able.Alternatives = []string{"*"}
	}
	if c.Degradations == nil {
		able.Degradations = []string{"*"}
	}
	return able
}

// asDeclared is the way to go: what the answer leaves out is as it was declared
// here, a target that nobody names is the name.
func (c *Call) asDeclared(told *pb.Alternative) (target string, parameters map[string]string) {
	name, parameters := told.GetName(), map[string]string{}
	if told.GetTarget() != name {
		target = told.GetTarget()
	}
	for _, declared := range c.Alternatives {
		if declared.Name != name {
			continue
		}
		if target == "" {
			target = declared.Target
		}
		for key, value := range declared.Parameters {
			parameters[key] = value
		}
	}
	for key, value := range told.GetParameters() {
		parameters[key] = value
	}
	if target == "" {
		target = name
	}
	return target, parameters
}
