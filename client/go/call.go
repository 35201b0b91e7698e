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
	Idempotency  pb.Idempotency // Whether running it twice is safe.
	ExpectedTime time.Duration  // How long one run usually takes.
	State        map[string]any // Its input as JSON has it; what edits change.
	SubjectField string         // Path in State of the text that may be corrected.

	Alternatives []*pb.Alternative // Other ways; nil: any that the server knows.
	Degradations []string          // Levels of doing less; nil: any.
	Remediations map[string]func(context.Context) error
	AwaitHuman   bool // It may wait for a person, as long as its context allows.

	Describe   func(error) *pb.ErrorDetails // Instead of DescribeError.
	OnDecision func(*pb.RecoveryResult)     // Sees every answer.
}

// Attempt is how to run the operation this time.
type Attempt struct {
	Target           string
	Parameters       map[string]string // Of the alternative that was taken.
	State            map[string]any
	DisabledFeatures []string
	KeepRatio        float64       // Share of the input to send: 1, or less.
	Timeout          time.Duration // The context's too; 0: none.
}

// ErrSkipped is what an operation ends with that a person said to do without.
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
