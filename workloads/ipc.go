package workloads

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"

	"overlap/primitives"
)

// Ipc sends messages to child processes, one child per worker, and compares
// what comes back. The first three variants echo 64 bytes, for the latency of a
// transport; the stream variants send 1 MiB, of which the child returns the
// SHA-256, for its bandwidth.
//
// A message is a call on an executor processes of the job's own; a task makes
// several, one after the other, and waits for each, which leaves its worker to
// others: it is the children that are as many as workers. Medium is 64 tasks
// with 1024 messages together, 32 with one each for the streams; large is 16
// times as many messages. Items are messages. A slice has fewer messages.
//
// A program without tasks has no process to talk to. Serial copies or hashes
// the same messages in memory: what the work costs without a transport.
//
// The variants are those whose transport the system has: mmap needs Linux, unix
// needs a Unix system.
var Ipc = Workload{
	Name:     "ipc",
	Kind:     Comm,
	Doc:      "messages to child processes: 64-byte echoes, or 1 MiB streams whose digest comes back",
	Models:   "work given to other processes: language servers, database drivers, sandboxes, Python's multiprocessing",
	Source:   "lmbench's pipe and socket latency and bandwidth (McVoy and Staelin, 1996)",
	Limit:    "system calls and switches between processes; for the streams copying and SHA-256",
	Checked:  "every byte of an echo; for the streams the child's SHA-256 with the sender's own",
	Expect:   Any,
	Why:      "a round trip is the work of two processes that wait for each other: pairs fill cores that one leaves idle, but to wake a process on another core may cost more than to switch to it on the same",
	Variants: ipcVariants(),
	Shares:   "the children and their connections",
	Needs:    func(p Params, _ string) Needs { return ChildNeeds(p.Workers) },
	SetUp:    newIpc,
}

func ipcVariants() []Variant {
	all := []Variant{
		{"pipe", "64-byte echoes over two pipes", Any},
		{"unix", "64-byte echoes over a pair of sockets", Any},
		{"mmap", "64-byte echoes through rings in shared memory", Any},
		{"pipestream", "1 MiB blocks over two pipes", Sublinear},
		{"unixstream", "1 MiB blocks over a pair of sockets", Sublinear},
		{"mmapstream", "1 MiB blocks through rings in shared memory", Sublinear},
	}
	var here []Variant
	for _, v := range all {
		transport, _ := strings.CutSuffix(v.Name, "stream")
		if transport == "mmap" && runtime.GOOS != "linux" || transport == "unix" && runtime.GOOS == "windows" {
			continue
		}
		here = append(here, v)
	}
	return here
}

const (
	ipcMessage = 64
	ipcBlock   = 1 << 20
	ipcBlocks  = 4 // different ones; echoes are all different
)

var ipcEcho = primitives.Define("workloads.ipc.echo", func(_ context.Context, message []byte) ([]byte, error) {
	return message, nil
})

var ipcDigest = primitives.Define("workloads.ipc.digest", func(_ context.Context, block []byte) ([]byte, error) {
	d := sha256.Sum256(block)
	return d[:], nil
})

type ipcJob struct {
	exact[replies]
	tasks    int
	piece    *primitives.Func[[]byte, []byte]
	payloads [][]byte // message i is the i-th, modulo their number
	replies  [][]byte // to each of them
	children primitives.Executor
}

func newIpc(p Params) (Job, error) {
	transport, stream := strings.CutSuffix(p.Variant, "stream")
	n, size := p.amount(16, 1<<10, 1<<14), ipcMessage
	j := &ipcJob{piece: ipcEcho}
	different := n
	if stream {
		n, size, different = p.amount(4, 32, 512), ipcBlock, ipcBlocks
		j.piece = ipcDigest
	}
	j.items, j.want, j.plain = n, replies{n, n * (n - 1) / 2}, j.serial
	j.tasks = min(p.pick(8, 64, 64), n)
	for i := range different {
		payload := make([]byte, size)
		fill(payload, i)
		reply := payload
		if stream {
			d := sha256.Sum256(payload)
			reply = d[:]
		}
		j.payloads, j.replies = append(j.payloads, payload), append(j.replies, reply)
	}
	var err error
	j.children, err = primitives.NewProcesses(primitives.Config{Workers: p.Workers, Transport: transport})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Variant, err)
	}
	return j, nil
}

// replies is the result: right replies, and the sum of their messages' numbers.
type replies struct{ right, numbers int }

func (r replies) plus(o replies) replies { return replies{r.right + o.right, r.numbers + o.numbers} }

func (j *ipcJob) Run(ctx context.Context, ex primitives.Executor) error {
	parts, err := forEach(ctx, ex, j.tasks, func(_ context.Context, i int) (replies, error) {
		return j.exchange(ctx, i*j.items/j.tasks, (i+1)*j.items/j.tasks)
	})
	if err == nil {
		j.compare(sum(parts, replies.plus))
	}
	return err
}

// exchange is a task: the messages from one number up to another. ctx is that of
// the run; the task's own, which can always end, would cost a message more.
func (j *ipcJob) exchange(ctx context.Context, from, to int) (got replies, err error) {
	for i := from; i < to; i++ {
		k := i % len(j.payloads)
		reply, err := primitives.Call(ctx, j.children, j.piece, j.payloads[k]).Result(context.Background())
		if err != nil {
			return got, fmt.Errorf("message %d: %w", i, err)
		}
		if bytes.Equal(reply, j.replies[k]) {
			got = got.plus(replies{1, i})
		}
	}
	return got, nil
}

func (j *ipcJob) serial() (got replies) {
	var copied [ipcMessage]byte
	for i := range j.items {
		k := i % len(j.payloads)
		reply := copied[:]
		if j.piece == ipcDigest {
			d := sha256.Sum256(j.payloads[k])
			reply = reply[:copy(reply, d[:])]
		} else {
			copy(reply, j.payloads[k])
		}
		if bytes.Equal(reply, j.replies[k]) {
			got = got.plus(replies{1, i})
		}
	}
	return got
}

func (j *ipcJob) Close() error { return j.children.Shutdown(context.Background()) }
