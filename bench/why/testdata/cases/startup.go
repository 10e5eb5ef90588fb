package cases

import (
	"runtime"
	"sync"
)

// startUp serves requests as soon as one goroutine has loaded the settings, which
// takes as long as the requests.
func startUp(settings, answers []byte) {
	var loaded, served sync.WaitGroup
	loaded.Go(func() {
		for i := range settings {
			settings[i] = digest(1, i)
		}
	}) // why: serial holder
	p, n := runtime.GOMAXPROCS(0), len(answers)
	for worker := range p {
		served.Go(func() {
			loaded.Wait() // why: serial
			for i := worker * n / p; i < (worker+1)*n/p; i++ {
				answers[i] = digest(1, int(settings[i]))
			}
		})
	}
	served.Wait()
}

// startUpRepaired lets each worker load the settings that it needs.
func startUpRepaired(settings, answers []byte) {
	inParts(len(answers), func(from, to int) {
		for i := from; i < to; i++ {
			settings[i] = digest(1, i)
		}
		for i := from; i < to; i++ {
			answers[i] = digest(1, int(settings[i]))
		}
	})
}
