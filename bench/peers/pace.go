package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rates are tasks per second by number of workers, as one process measures them; nil if
// the round is missing.
type rates map[int]rate

// rate is the result for one number of workers.
type rate struct {
	tasks int
	took  time.Duration
}

func (r rate) perSecond() float64 { return float64(r.tasks) / r.took.Seconds() }

// serveTask is the child process: it measures a system in Go with all its
// numbers of workers and prints a line for each, as the other languages do.
func serveTask(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("task", flag.ContinueOnError)
	systemName := flags.String("system", "", "")
	choreName := flags.String("task", "", "")
	box := flags.Duration("box", time.Millisecond, "")
	list := flags.String("cpus", "", "")
	cores := flags.Int("cores", 1, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, err := findChore(*choreName)
	if err != nil {
		return err
	}
	s, err := findSystem(*systemName)
	if err != nil {
		return err
	}
	for _, workers := range s.levels() {
		got, err := s.measure(c, workers, *box)
		if err != nil {
			return fmt.Errorf("%d workers: %w", workers, err)
		}
		fmt.Fprintln(stdout, workers, got.tasks, got.took.Nanoseconds())
	}
	return checkLabel(*cores, *list)
}

// measure runs as many tasks as fill the time.
func (s *system) measure(c *chore, workers int, box time.Duration) (rate, error) {
	amount := c.amount(s.language())
	work, err := c.setUp(amount, workers, s.wait)
	if err != nil {
		return rate{}, err
	}
	if work.stop != nil {
		defer work.stop()
	}
	all, stop := s.start(workers)
	defer stop()
	want := c.want(amount)
	return pace(workers, box, func(n int) error { return all(n, want, work.do) })
}

// pace finds how many tasks fill the time and returns a run of that many. The
// programs in other languages do the same.
func pace(workers int, box time.Duration, run func(n int) error) (rate, error) {
	n := 2 * workers
	if err := run(n); err != nil { // starts the workers
		return rate{}, err
	}
	for {
		start := time.Now()
		err := run(n)
		took := time.Since(start)
		if err != nil || took >= box/2 {
			return rate{n, took}, err
		}
		n = more(n, workers, took, box)
	}
}

// more returns how many tasks to try after n took less than half of the time. It is a
// multiple of the workers: a last wave that is half full would count as slow.
func more(n, workers int, took, box time.Duration) int {
	aimed := int(float64(n) * float64(box) / float64(max(took, 1)))
	n = min(16*n, max(2*n, aimed))
	return (n + workers - 1) / workers * workers
}

// parseRates reads the output of a process: the wanted numbers of workers, each once and
// in order.
func parseRates(out []byte, want []int) (rates, error) {
	all := rates{}
	var seen []int
	for line := range strings.Lines(string(out)) {
		workers, got, err := parseRate(line)
		if err != nil {
			return nil, fmt.Errorf("it printed %q, which is not a measurement: %w", strings.TrimSpace(line), err)
		}
		seen = append(seen, workers)
		all[workers] = got
	}
	if !slices.Equal(seen, want) {
		return nil, fmt.Errorf("it measured %v workers, not %v", seen, want)
	}
	return all, nil
}

// parseRate reads a line: workers, tasks, nanoseconds.
func parseRate(line string) (workers int, got rate, err error) {
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return 0, rate{}, fmt.Errorf("%d fields, not 3", len(fields))
	}
	var numbers [3]int
	for i, field := range fields {
		if numbers[i], err = strconv.Atoi(field); err != nil {
			return 0, rate{}, err
		}
		if numbers[i] < 1 {
			return 0, rate{}, errors.New("not positive")
		}
	}
	return numbers[0], rate{numbers[1], time.Duration(numbers[2])}, nil
}
