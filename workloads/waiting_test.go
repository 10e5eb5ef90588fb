package workloads

import (
	"net"
	"testing"
	"time"
)

func init() {
	damages["sleepers"] = nil // a lost sleep is a lost task
	damages["cashiers"] = func(j Job) { j.(*cashiersJob).args[3] = j.(*cashiersJob).args[5] }
	damages["netecho"] = func(j Job) {
		server := j.(*netechoJob).server.address()
		conn, err := echoConns.take(server)
		if err != nil {
			panic(err)
		}
		conn.Conn = garbled{conn.Conn}
		echoConns.put(server, conn)
	}
	damages["disk"] = func(j Job) { j.(*diskAppendJob).args[3].Path = j.(*diskAppendJob).args[2].Path }
	damages["request"] = func(j Job) { j.(*requestJob).args = j.(*requestJob).args[1:] }
	goldens["sleepers"] = []golden{{Params{Size: Small}, "8", "one for each task"}}
	goldens["cashiers"] = []golden{
		{Params{Size: Small}, "[{4 2557618998660293118} {4 17781711207105998642}]", "computed by another program, in Python"},
		{Params{Size: Medium}, "[{32 13764609735741364298} {32 11177296011952097072}]", "computed by another program, in Python"},
	}
	goldens["netecho"] = []golden{
		{Params{Size: Small}, "{8 28}", "8 messages, 0 + … + 7"},
		{Params{Size: Small, Variant: "open"}, "{8 28}", "8 messages, 0 + … + 7"},
		{Params{Size: Medium}, "{64 2016}", "64 messages, 0 + … + 63"},
	}
	goldens["disk"] = []golden{
		{Params{Size: Small}, "{16 120}", "16 blocks, 0 + … + 15"},
		{Params{Size: Small, Variant: "read"}, "{32 1035}", "computed by another program, in Python"},
		{Params{Size: Small, Variant: "cachedread"}, "{32 1035}", "computed by another program, in Python"},
		{Params{Size: Medium, Variant: "cachedread"}, "{4096 8277874}", "computed by another program, in Python"},
	}
	goldens["request"] = []golden{
		{Params{Size: Small}, "2.080899072e+09", "PRK dgemm: 8 times 64³·63²/4"},
		{Params{Size: Small, Variant: "open"}, "2.080899072e+09", "PRK dgemm: 8 times 64³·63²/4"},
		{Params{Size: Medium}, "1.6647192576e+10", "PRK dgemm: 64 times 64³·63²/4"},
	}
}

// garbled is a connection that changes what it reads.
type garbled struct{ net.Conn }

func (g garbled) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if n > 0 {
		b[0]++
	}
	return n, err
}

// One worker cannot be faster than its waits one after the other.
func TestWaitsAreWaited(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"sleepers": 8 * time.Millisecond,
		"cashiers": 8 * time.Millisecond,
		"netecho":  8 * time.Millisecond,
		"request":  16 * time.Millisecond,
	} {
		w, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		job := newJob(t, w, Params{Size: Small, Workers: 1})
		start := time.Now()
		run(t, job, "inline", 1, 2)
		if took := time.Since(start); took < 2*want {
			t.Errorf("two jobs of %s took %v, their waits alone take %v", name, took, 2*want)
		}
	}
}
