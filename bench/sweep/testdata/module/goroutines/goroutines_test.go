// Package goroutines has benchmarks that call RunParallel, and some that only look so.
package goroutines

import (
	"os"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkSleep reports how many goroutines there were and how many operations each took
// at a time.
func BenchmarkSleep(b *testing.B) { sleep(b) }

func BenchmarkSet(b *testing.B) {
	b.SetParallelism(3)
	sleep(b)
}

func sleep(b *testing.B) {
	var goroutines, grain atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		goroutines.Add(1)
		grain.Store(int64(reflect.ValueOf(pb).Elem().FieldByName("grain").Uint()))
		for pb.Next() {
			time.Sleep(time.Millisecond)
		}
	})
	b.ReportMetric(float64(goroutines.Load()), "goroutines")
	b.ReportMetric(float64(grain.Load()), "grain")
}

// BenchmarkShards has state for as many goroutines as there are by default.
func BenchmarkShards(b *testing.B) {
	shards := make([]int, runtime.GOMAXPROCS(0))
	var id atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for me := id.Add(1) - 1; pb.Next(); {
			shards[me]++
			time.Sleep(time.Microsecond)
		}
	})
}

// BenchmarkRoles has goroutines that wait for long, and others between them that do not.
func BenchmarkRoles(b *testing.B) {
	var id atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		pause := time.Millisecond
		if id.Add(1)%2 == 0 {
			pause *= 30
		}
		for pb.Next() {
			time.Sleep(pause)
		}
	})
}

// BenchmarkPair needs a goroutine that sends and one that receives.
func BenchmarkPair(b *testing.B) {
	c, done := make(chan int), make(chan bool)
	var id atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		if id.Add(1)%2 == 0 {
			for pb.Next() {
				c <- 1
			}
			close(done)
			return
		}
		for range b.N {
			select {
			case <-c:
			case <-done:
				for pb.Next() {
				}
				return
			}
		}
	})
}

// BenchmarkBegins begins a goroutine in every operation.
func BenchmarkBegins(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			var wg sync.WaitGroup
			wg.Go(func() { time.Sleep(time.Microsecond) })
			wg.Wait()
		}
	})
}

// BenchmarkOwn uses goroutines without RunParallel.
func BenchmarkOwn(b *testing.B) {
	for i := 0; i < b.N; i++ {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { time.Sleep(time.Microsecond) })
		}
		wg.Wait()
	}
}

// BenchmarkAlone begins no goroutine.
func BenchmarkAlone(b *testing.B) {
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(77, "gc-cpus")
}

// BenchmarkServed has a goroutine besides those of RunParallel.
func BenchmarkServed(b *testing.B) {
	c := make(chan int)
	go func() {
		for range c {
		}
	}()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c <- 1
		}
	})
	close(c)
}

// BenchmarkAsks reads the number of its workers.
func BenchmarkAsks(b *testing.B) {
	workers, _ := strconv.Atoi(os.Getenv("OVERLAP_WORKERS"))
	b.SetParallelism(workers)
	sleep(b)
}
