package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	rt "runtime/trace"
	"time"

	"overlap/primitives"
	"overlap/workloads"
)

const (
	// cashiers is the number of customers who are served at once. A scan is a fifth of a
	// customer's time, so that ten keep two cores busy.
	cashiers = 10

	// queues share the 32 customers of a medium job, 16 each: few enough to see every one in
	// a picture.
	queues = 2

	// duration is how long the job is recorded again and again. The shortest recording
	// is written: other processes disturbed it least, and it is not a measurement.
	duration = time.Second
)

// trace records one job of cashiers.
func trace(w io.Writer) (err error) {
	job, err := workloads.Cashiers.New(workloads.Params{Size: workloads.Medium, Workers: cashiers, Slices: queues})
	if err != nil {
		return err
	}
	defer job.Close()
	pool := primitives.Must(primitives.NewPool(primitives.Config{Workers: cashiers}))
	defer func() { err = errors.Join(err, pool.Shutdown(context.Background())) }()
	if err := job.Run(context.Background(), pool); err != nil { // to warm up
		return err
	}
	var best []byte
	shortest := time.Duration(0)
	for began := time.Now(); best == nil || time.Since(began) < duration; {
		var b bytes.Buffer
		took, err := recordJob(&b, job, pool)
		if err != nil {
			return err
		}
		if best == nil || took < shortest {
			best, shortest = b.Bytes(), took
		}
	}
	if err := job.Check(); err != nil {
		return err
	}
	_, err = w.Write(best)
	return err
}

// recordJob writes a trace of one run of the job, and returns how long the run took.
func recordJob(b *bytes.Buffer, job workloads.Job, pool primitives.Executor) (time.Duration, error) {
	runtime.GC() // before the trace, not in it
	if err := rt.Start(b); err != nil {
		return 0, fmt.Errorf("start the trace: %w", err)
	}
	defer rt.Stop()
	began := time.Now()
	err := job.Run(context.Background(), pool)
	return time.Since(began), err
}
