package workloads

import (
	"context"
	"errors"
	"os"
	"testing"

	"overlap/primitives"
)

func init() {
	// Without this every child of a -race build takes a second to exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")

	goldens["boundedbuf"] = []golden{
		{Params{Size: Small}, "800 items, sum b521bb3cad6d6d88, xor 48d93dc3ffd141dc", "computed by a separate program in Python"},
		{Params{Size: Large}, "40000 items, sum 34abf415ac6ae37b, xor 4e4f033f4cee16f1", "the same; the number is Savina's"},
	}
	goldens["ring"] = []golden{
		{Params{Size: Small}, "542 hops, stopped at 42, 0 members with wrong visits", "542 mod 100"},
		{Params{Size: Large}, "100000 hops, stopped at 0, 0 members with wrong visits", "Savina's thread ring: R mod N"},
		{Params{Size: Small, Variant: "pingpong"}, "401 hops, stopped at 1, 0 members with wrong visits", "401 mod 2"},
		{Params{Size: Large, Variant: "pingpong"}, "40000 hops, stopped at 0, 0 members with wrong visits", "Savina's ping-pong: R mod 2"},
	}
	goldens["pipeline"] = []golden{
		{Params{Size: Small}, "f1128f6423d7190bc001686c07d4ac9f0548cc798b5e096f45a4fd1de26f5a7c", "computed by a separate program in Python"},
		{Params{Size: Medium}, "313a3f774a69acbdb17f8101be163cca946678a374b1fd2fdd3fab2604fae953", "computed serially, and by a separate program in Python"},
	}
	goldens["ipc"] = []golden{{Params{Size: Small}, "{16 120}", "16 messages, 0 + 1 + … + 15"}}

	damages["boundedbuf"] = func(j Job) { j.(*boundedbufJob).producers[7].turn = func(*crowd) error { return nil } }
	damages["ring"] = func(j Job) { j.(*ringJob).items-- }
	damages["pipeline"] = func(j Job) {
		slot := &j.(*pipelineJob).slots[2]
		hash := slot.hash
		slot.hash = func(c *crowd) error { // as if the next block were generated too early
			slot.buffer[0]++
			return hash(c)
		}
	}
	damages["ipc"] = func(j Job) { j.(*ipcJob).payloads[3] = j.(*ipcJob).payloads[4] }
}

// Whatever becomes of one task of a crowd, the others end and the error arrives.
func TestCrowdReturnsTheErrorWhenAllHaveEnded(t *testing.T) {
	broken := errors.New("broken")
	for _, executor := range []string{"inline", "spawn", "pool", "threads", "loop"} {
		for name, step := range map[string]func(*crowd) error{
			"error": func(*crowd) error { return broken },
			"panic": func(*crowd) error { panic(broken) },
		} {
			t.Run(executor+"/"+name, func(t *testing.T) {
				ex, err := primitives.New(executor, primitives.Config{Workers: 1})
				if err != nil {
					t.Fatal(err)
				}
				defer ex.Shutdown(context.Background())
				err = runCrowd(context.Background(), ex, func(c *crowd) {
					c.submit(func(c *crowd) error {
						for range 200 { // more than are kept at once
							c.submit(func(*crowd) error { return nil })
						}
						c.submit(step)
						return nil
					})
				})
				if !errors.Is(err, broken) {
					t.Errorf("got %v", err)
				}
				if s := ex.Stats(); s.Running != 0 || s.Queued != 0 || s.Finished != 202 {
					t.Errorf("afterwards: %+v", s)
				}
			})
		}
	}
}

func TestCrowdOnAnExecutorThatIsShutDown(t *testing.T) {
	ex := primitives.NewPool(primitives.Config{Workers: 1})
	ex.Shutdown(context.Background())
	err := runCrowd(context.Background(), ex, func(c *crowd) { c.submit(func(*crowd) error { return nil }) })
	if !errors.Is(err, primitives.ErrShutdown) {
		t.Errorf("got %v, want %v", err, primitives.ErrShutdown)
	}
}
