// Command example calls one of two search engines, of which one is down:
//
//	example [ADDRESS]
package main

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"

	"google.golang.org/grpc"

	"recourse"
	pb "recourse/v1"
)

func main() {
	address := "127.0.0.1:50051"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	connection, err := grpc.Dial(address, grpc.WithInsecure()) // Connects when it is needed.
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	defer connection.Close()
	client := recourse.New(connection, "example")
	client.AskTimeout = 10 * time.Second // The first question also connects, and this program has the patience.
	defer client.Flush()

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	found, err := recourse.Do(ctx, client, recourse.Call{
		Target:       "search/eu",
		Idempotency:  pb.Idempotency_IDEMPOTENCY_IDEMPOTENT,
		Alternatives: []*pb.Alternative{{Name: "search/us"}},
	}, search)
	fmt.Println(found, err)
}

func search(ctx context.Context, attempt recourse.Attempt) (string, error) {
	fmt.Println("trying", attempt.Target)
	if attempt.Target == "search/eu" {
		return "", syscall.ECONNRESET
	}
	return "found by " + attempt.Target, nil
}
