// Command conformance runs one case of client/conformance with the loop:
//
//	conformance --features | --server ADDR --case FILE
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"recourse"
	pb "recourse/v1"
)

// The driver's machine may be busy: nothing here measures patience.
const askTimeout = 2 * time.Second

type script struct {
	Server  any
	Options struct {
		Target             string
		Idempotency        string
		TimeBudgetMs       int64 `json:"time_budget_ms"`
		ExpectedCallTimeMs int64 `json:"expected_call_time_ms"`
		State              any
		SubjectField       string `json:"subject_field"`
		Alternatives       []*pb.Alternative
		Remediations       any
		AwaitHuman         bool `json:"await_human"`
		CancelAfterCall    int  `json:"cancel_after_call"`
		CancelInWait       int  `json:"cancel_in_wait"`
	}
	Operation []struct {
		Error   *failure
		Value   any
		TakesMs int64 `json:"takes_ms"`
	}
}

// failure is the error of an attempt, with what a caller may know of one.
type failure struct {
	Type, Message, Code string
	HTTPStatus          int32  `json:"http_status"`
	GrpcCode            string `json:"grpc_code"`
	Headers             map[string]string
	RetryAfterMs        int64 `json:"retry_after_ms"`
}

func (f *failure) Error() string   { return f.Message }
func (f *failure) Timeout() bool   { return f.Type == "TimeoutError" }
func (f *failure) Temporary() bool { return f.Timeout() }

func describe(err error) *pb.ErrorDetails {
	details := recourse.DescribeError(err)
	if f := (*failure)(nil); errors.As(err, &f) {
		details.ExceptionType, details.Code, details.HttpStatus = f.Type, f.Code, f.HTTPStatus
		details.GrpcCode, details.Headers = f.GrpcCode, f.Headers
		if f.RetryAfterMs > 0 {
			details.RetryAfter = durationpb.New(time.Duration(f.RetryAfterMs) * time.Millisecond)
		}
	}
	return details
}

type call struct {
	Target           string            `json:"target"`
	State            map[string]any    `json:"state"`
	DisabledFeatures []string          `json:"disabled_features"`
	Parameters       map[string]string `json:"parameters"`
	TimeoutMs        int64             `json:"timeout_ms"`
}

// run is one case under way; it is the clock too, which records and never waits.
type run struct {
	script
	now    time.Time
	cancel context.CancelFunc

	Calls        []call         `json:"calls"`
	WaitsMs      []float64      `json:"waits_ms"`
	Remediations []string       `json:"remediations"`
	Result       map[string]any `json:"result"`
}

func (r *run) Now() time.Time { return r.now }

func (r *run) Sleep(ctx context.Context, delay time.Duration) error {
	r.WaitsMs = append(r.WaitsMs, delay.Seconds()*1000)
	r.now = r.now.Add(delay)
	if len(r.WaitsMs) == r.Options.CancelInWait {
		r.cancel()
	}
	return ctx.Err()
}

func (r *run) operation(_ context.Context, attempt recourse.Attempt) (any, error) {
	entry := r.Operation[len(r.Calls)]
	r.Calls = append(r.Calls, call{attempt.Target, attempt.State,
		append([]string{}, attempt.DisabledFeatures...), attempt.Parameters, attempt.Timeout.Milliseconds()})
	r.now = r.now.Add(time.Duration(entry.TakesMs) * time.Millisecond)
	if len(r.Calls) == r.Options.CancelAfterCall {
		r.cancel()
	}
	if entry.Error != nil {
		return nil, entry.Error
	}
	return entry.Value, nil
}

func (r *run) call() recourse.Call {
	given := r.Options
	state, _ := native(given.State).(map[string]any)
	call := recourse.Call{
		Target:       given.Target,
		Idempotency:  pb.Idempotency(pb.Idempotency_value["IDEMPOTENCY_"+given.Idempotency]),
		ExpectedTime: time.Duration(given.ExpectedCallTimeMs) * time.Millisecond,
		State:        state, SubjectField: given.SubjectField,
		Alternatives: given.Alternatives, AwaitHuman: given.AwaitHuman, Describe: describe,
		Remediations: map[string]func(context.Context) error{},
	}
	declare := func(name string, fails bool) {
		call.Remediations[name] = func(context.Context) error {
			r.Remediations = append(r.Remediations, name)
			if fails {
				return errors.New(name + " failed")
			}
			return nil
		}
	}
	switch named := given.Remediations.(type) {
	case []any:
		for _, name := range named {
			declare(name.(string), false)
		}
	case map[string]any:
		for name, how := range named {
			declare(name, how == "fail")
		}
	}
	return call
}

// native makes whole numbers integers, as a program's own state has them.
func native(value any) any {
	switch value := value.(type) {
	case json.Number:
		if whole, err := value.Int64(); err == nil {
			return int(whole)
		}
		number, _ := value.Float64()
		return number
	case []any:
		for i, item := range value {
			value[i] = native(item)
		}
	case map[string]any:
		for name, item := range value {
			value[name] = native(item)
		}
	}
	return value
}

func (r *run) play(client *recourse.Client) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.now, r.cancel = time.Now(), cancel
	if budget := r.Options.TimeBudgetMs; budget > 0 {
		limited, stop := context.WithDeadline(ctx, r.now.Add(time.Duration(budget)*time.Millisecond))
		defer stop()
		ctx = limited
	}
	client.Clock, client.AskTimeout = r, askTimeout
	value, err := recourse.Do(ctx, client, r.call(), r.operation)
	client.Flush()
	switch {
	case errors.Is(err, context.Canceled):
		r.Result = map[string]any{"cancelled": true}
	case errors.Is(err, recourse.ErrSkipped):
		r.Result = map[string]any{"skipped": true}
	case err != nil:
		r.Result = map[string]any{"error": err.Error()}
	default:
		r.Result = map[string]any{"value": value}
	}
}

func main() {
	features := flag.Bool("features", false, "print what of the suite the loop has beyond asking and obeying")
	server := flag.String("server", "", "address")
	file := flag.String("case", "", "path")
	flag.Parse()
	if *features {
		fmt.Println("[]")
		return
	}
	text, err := os.ReadFile(*file)
	if err != nil {
		log.Fatal(err)
	}
	r := run{Calls: []call{}, WaitsMs: []float64{}, Remediations: []string{}}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&r.script); err != nil {
		log.Fatal(err)
	}
	options := []grpc.DialOption{grpc.WithInsecure()}
	if r.Server != "away" {
		options = append(options, grpc.WithBlock())
	}
	connection, err := grpc.Dial(*server, options...)
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	r.play(recourse.New(connection, "conformance"))
	json.NewEncoder(os.Stdout).Encode(&r)
}
