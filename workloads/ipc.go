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

// Ipc sends messages to child processes, one child per worker, and compares the
// replies. The first three variants echo 64 bytes, for the latency of a transport.
// The stream variants send 1 MiB, and the child returns its SHA-256, for the
// bandwidth.
//
// A message is a call on an executor processes that belongs to the job. A task
// sends several, one after the other. While it waits for the reply it leaves its
// worker to others, so the children, not the workers, limit the messages in
// progress. Medium is 64 tasks that send 1024 messages together; for the streams,
// 32 tasks that send one each. Large is 16 times as many messages. Items are messages. A
// slice has fewer messages.
//
// Serial copies or hashes the same messages in memory: the cost without a
// transport.
//
// A system has only the variants of its transports: mmap needs Linux, unix needs
// a Unix system.
var Ipc = Workload{
	Name:        "ipc",
	Kind:        Comm,
	Doc:         "messages to child processes: 64-byte echoes, or 1 MiB blocks that are hashed",
	Models:      "work in other processes: language servers, database drivers, sandboxes, Python's multiprocessing",
	Source:      "lmbench's pipe and socket latency and bandwidth (McVoy and Staelin, 1996)",
	Limit:       "system calls and switches between processes; for the streams also copying and SHA-256",
	Checked:     "every byte of an echo; for the streams the child's SHA-256 against the sender's own",
	Expect:      Any,
	Why:         "two processes wait for each other: more pairs use cores that one pair leaves idle, but waking a process on another core may cost more than switching to it on the same",
	Variants:    ipcVariants(),
	NoProcesses: "its tasks share the children and their connections",
	Needs:       func(p Params, _ string) Needs { return ChildNeeds(p.Workers) },
	SetUp:       newIpc,
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
	ipcBlocks  = 4 // different blocks; all echoes are different
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
	j.tasks = min(p.copies()*p.pick(8, 64, 64), n)
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

// exchange is a task: the messages [from, to). ctx is the context of the run; the
// task's own, which can always end, would make a message slower.
func (j *ipcJob) exchange(ctx context.Context, from, to int) (got replies, err error) {
	for i := from; i < to; i++ {
		k := i % len(j.payloads)
		reply, err := primitives.Call(ctx, j.children, j.piece, j.payloads[k]).Await(context.Background())
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
