package cause

import "testing"

func TestPackagesOfFunctions(t *testing.T) {
	for function, want := range map[string]string{
		"main.main":              "main",
		"example.com/m.(*T).Get": "example.com/m",
		"example.com/m.Map[go.shape.*uint8,b.c/d.T].func1": "example.com/m",
		"gopkg.in/yaml%2ev3.Marshal":                       "gopkg.in/yaml.v3",
		"runtime.mallocgc":                                 "runtime",
		"internal/sync.(*Mutex).Lock":                      "internal/sync",
		"":                                                 "",
		"memclr":                                           "memclr",
	} {
		if got := packageOf(function); got != want {
			t.Errorf("%s: %q, want %q", function, got, want)
		}
	}
}

// The user's are the module, its packages, and their external tests: not a module whose name
// begins alike.
func TestFunctionsOfTheUser(t *testing.T) {
	for function, want := range map[string]bool{
		"example.com/m.Get": true, "example.com/m/sub.(*T).Get": true, "example.com/m_test.BenchmarkGet.func1": true,
		"example.com/m/sub_test.BenchmarkGet": true, "example.com/m2.Get": false, "sync.(*Mutex).Lock": false, "testing.(*PB).Next": false,
	} {
		if user.owns(function) != want {
			t.Errorf("%s is the user's: %v", function, !want)
		}
	}
}

// The outermost frame below the user's line that says what is done decides.
func TestKindsOfFrames(t *testing.T) {
	for frames, want := range map[string]Kind{
		"example.com/m.Get:3 <- testing.(*B).runN:9":                                                                                                  Slower,
		"sync/atomic.(*Uint64).Add:9 <- testing.(*PB).Next:9 <- example.com/m.Get:3":                                                                  Harness,
		"testing.(*PB).Next:9 <- example.com/m.Get:3":                                                                                                 Harness,
		"sync/atomic.(*Int64).Add:9 <- example.com/m.Get:3":                                                                                           Atomic,
		"internal/runtime/atomic.Xadd:9 <- sync.(*RWMutex).RLock:9 <- example.com/m.Get:3":                                                            Readers,
		"sync.(*RWMutex).RUnlock:9 <- example.com/m.Get:3":                                                                                            Readers,
		"runtime.procyield:9 <- internal/sync.(*Mutex).lockSlow:9 <- sync.(*Mutex).Lock:9 <- example.com/m.Get:3":                                     Lock,
		"internal/sync.(*Mutex).Lock:9 <- sync.(*RWMutex).Lock:9 <- example.com/m.Get:3":                                                              Lock,
		"runtime.procyield:9 <- runtime.lock2:9 <- runtime.mallocgc:9 <- example.com/m.Get:3":                                                         Allocator,
		"runtime.osyield:9 <- runtime.lock2:9 <- runtime.chansend:9 <- runtime.chansend1:9 <- example.com/m.Get:3":                                    Channel,
		"runtime.memclrNoHeapPointers:9 <- runtime.mallocgc:9 <- internal/runtime/maps.(*table).grow:9 <- runtime.mapassign:9 <- example.com/m.Get:3": Maps,
		"sync.(*Cond).Wait:9 <- example.com/m.Get:3":                                                                                                  Signal,
		"internal/runtime/syscall.Syscall6:9 <- syscall.pwrite:9 <- os.(*File).WriteAt:9 <- example.com/m.Get:3":                                      Syscall,
		"sync/atomic.CompareAndSwapUint64:9 <- sync.(*Pool).Get:9 <- fmt.Sprint:9 <- example.com/m.Get:3":                                             Pool,
		"runtime.memmove:9 <- example.com/m.Get:3":                                                                                                    Slower,
	} {
		if got := stackOf(frames).kind(user); got != want {
			t.Errorf("%s: %s, want %s", frames, got, want)
		}
	}
}

// Who waits in package testing waits for the benchmark; who waits in a function that the
// benchmark calls does not.
func TestFramesOfTheHarness(t *testing.T) {
	for frames, want := range map[string]bool{
		"sync.(*WaitGroup).Wait:9 <- testing.(*B).RunParallel:9 <- example.com/m.BenchmarkGet:3 <- testing.(*B).runN:9": true,
		"runtime.chanrecv1:9 <- testing.(*B).doBench:9 <- testing.(*B).run:9 <- main.main:9":                            true,
		"sync.(*WaitGroup).Wait:9 <- example.com/m.Get:3 <- example.com/m.BenchmarkGet:3 <- testing.(*B).runN:9":        false,
		"net/http.(*conn).serve:9 <- testing.f:9":                                                                       false,
		"runtime.gopark:9": false,
	} {
		if stackOf(frames).harness() != want {
			t.Errorf("%s is the harness: %v", frames, !want)
		}
	}
}

func TestProfilesAndTracesNameGenericFunctionsAlike(t *testing.T) {
	for name, want := range map[string]string{
		"a.b/c.(*T[go.shape.struct { x [2]int }]).Get": "a.b/c.(*T[...]).Get",
		"a.b/c.(*T[...]).Get":                          "a.b/c.(*T[...]).Get",
		"a.b/c.Get[go.shape.int].func1":                "a.b/c.Get[...].func1",
		"a.b/c.Get":                                    "a.b/c.Get",
	} {
		if got := generic(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
