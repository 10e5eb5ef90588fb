package knob

import (
	"bytes"
	"crypto/sha256"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// spread does a number of units on one goroutine for each of GOMAXPROCS, which
// share them evenly. Each does serial percent of its share first, holding one
// lock that all have.
//
// The lock costs no work: one goroutine alone is as fast as before. Of p, the
// last to have the lock waits for the others' parts of it and then does its
// whole share, so that the time is that of f·p + (1−f) shares (Amdahl, 1967),
// against 1 without. At p = 2 and f = 25 % that is 1.25: a fifth of the parallel
// efficiency is lost. The locked part is in one piece and comes first, for
// pieces in between would overlap with free parts of others and lose less.
func spread(n, serial int, worker func() (unit func())) {
	var lock sync.Mutex
	var done sync.WaitGroup
	p := runtime.GOMAXPROCS(0)
	for i := range p {
		locked, free := share(n, i, p, serial)
		done.Go(func() {
			unit := worker()
			lock.Lock()
			for range locked {
				unit()
			}
			lock.Unlock()
			for range free {
				unit()
			}
		})
	}
	done.Wait()
}

// share is how many of n units goroutine i of p does with the lock and without.
func share(n, i, p, serial int) (locked, free int) {
	all := n*(i+1)/p - n*i/p
	locked = all * serial / 100
	return locked, all - locked
}

// parallel times operations whose units are spread.
func parallel(b *testing.B, worker func() (unit func())) {
	k := turned(b)
	spread(k.total(b.N), k.serial, worker)
}

func BenchmarkParallelSHA2(b *testing.B) {
	parallel(b, func() func() {
		own := bytes.Clone(text)
		return func() {
			sum := sha256.Sum256(own)
			copy(own, sum[:])
		}
	})
}

func BenchmarkParallelSort(b *testing.B) {
	parallel(b, func() func() {
		list := make([]int, len(numbers))
		return func() {
			copy(list, numbers)
			slices.Sort(list)
		}
	})
}

func BenchmarkParallelRegexp(b *testing.B) {
	parallel(b, func() func() { return func() { served.MatchString(line) } })
}

// BenchmarkMutex has a short critical section in each unit.
func BenchmarkMutex(b *testing.B) {
	var lock sync.Mutex
	count, k := 0, turned(b)
	spread(k.total(b.N), 0, func() func() {
		own := bytes.Clone(text[:256])
		return func() {
			sum := sha256.Sum256(own)
			copy(own, sum[:])
			lock.Lock()
			count++
			lock.Unlock()
		}
	})
	if count != k.total(b.N) {
		b.Fatalf("counted %d", count)
	}
}

// BenchmarkPingPong hands a ball to another goroutine and back in each unit.
func BenchmarkPingPong(b *testing.B) {
	ping, pong := make(chan int), make(chan int)
	go func() {
		defer close(pong)
		for ball := range ping {
			pong <- ball + 1
		}
	}()
	ball := 0
	serial(b, func() {
		ping <- ball
		ball = <-pong
	})
	close(ping)
	<-pong
}
