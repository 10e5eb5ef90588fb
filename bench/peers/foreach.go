package main

import (
	"context"

	"github.com/sourcegraph/conc/iter"
	"k8s.io/client-go/util/workqueue"

	"overlap/primitives"
)

// forEach calls a function for every index. No result shows that every call was made, and
// a mark per index would cost as much as the call, so that one run with marks checks the
// side and the measured runs have none.
func forEach(workers int, k kind) func(env) (*body, error) {
	return func(e env) (*body, error) {
		x, stop := ourPool(workers)
		marks := make([]int, tasks)
		err := primitives.ForEach(background, x, tasks, func(_ context.Context, i int) error { marks[i]++; return nil })
		if err == nil {
			err = eachOnce(marks)
		}
		if err != nil {
			stop()
			return nil, err
		}
		work := k(e)
		task := func(context.Context, int) error {
			if work != nil {
				work()
			}
			return nil
		}
		return counted(func() (int, error) {
			return tasks, primitives.ForEach(background, x, tasks, task)
		}, stop), nil
	}
}

func concForEach(env) (*body, error) {
	it := iter.Iterator[int]{MaxGoroutines: 2}
	marks := make([]int, tasks)
	it.ForEach(marks, func(mark *int) { *mark++ })
	if err := eachOnce(marks); err != nil {
		return nil, err
	}
	return counted(func() (int, error) {
		it.ForEach(marks, func(*int) {})
		return tasks, nil
	}, nil), nil
}

// clientGoForEach is Kubernetes' parallel loop, in chunks of a sixteenth of a worker's
// share, with which ForEach begins. By default it hands out one index at a time.
func clientGoForEach(env) (*body, error) {
	const chunk = tasks / 32
	marks := make([]int, tasks)
	workqueue.ParallelizeUntil(background, 2, tasks, func(i int) { marks[i]++ }, workqueue.WithChunkSize(chunk))
	if err := eachOnce(marks); err != nil {
		return nil, err
	}
	return counted(func() (int, error) {
		workqueue.ParallelizeUntil(background, 2, tasks, func(int) {}, workqueue.WithChunkSize(chunk))
		return tasks, nil
	}, nil), nil
}

func eachOnce(marks []int) error {
	for _, m := range marks {
		if m != 1 {
			return errWrong
		}
	}
	return nil
}
