package workloads

import (
	"context"
	"fmt"
	"sync"

	"overlap/primitives"
)

// Philosophers is Dijkstra's dinner: five philosophers, a fork between any two
// of them, and each needs two forks to eat. The number of meals is fixed and equal
// for all philosophers; only their waits can be unfair.
//
// A task is 3000 meals of one philosopher, 500 in small; medium is 80 tasks,
// large 640. Each fork is a mutex, and the one with the lower number is taken
// first. Items are meals. A slice has fewer meals for each philosopher.
var Philosophers = Workload{
	Name:        "philosophers",
	Kind:        Lock,
	Doc:         "five dining philosophers with a fixed number of short meals and a mutex per fork",
	Models:      "transactions that lock two rows or accounts, in a fixed order to prevent deadlock",
	Source:      "Dijkstra (1965), as in Savina and Renaissance, with the total of the meals fixed",
	Limit:       "five locks, two for a meal: no more than two philosophers can eat at once",
	Checked:     "meals, uses and users of every fork, the plates, and that no fork was in two hands",
	Expect:      Flat,
	Why:         "a philosopher who eats stops both neighbours, and handing over the forks costs what two meals at once gain",
	NoProcesses: "its tasks share forks",
	SetUp:       newPhilosophers,
}

const philosophers = 5

// fork counts its uses without atomics, so that a lock that lets two in is
// detected.
type fork struct {
	sync.Mutex
	uses  int64
	taken bool
	users uint8 // a bit for each philosopher who has had it
	_     [128 - 18]byte
}

// plate belongs to one philosopher. Both forks guard it.
type plate struct {
	food  splitmix
	meals int64
	eaten uint64 // sum of the food
	_     [128 - 24]byte
}

// bites is the work of a meal. It takes about as long as taking two forks.
const bites = 16

func (p *plate) eat() {
	p.meals++
	for range bites {
		p.eaten += p.food.next()
	}
}

// dinner is the result.
type dinner struct {
	meals, uses [philosophers]int64  // by philosopher, by fork
	users       [philosophers]uint8  // bits of philosophers, by fork
	eaten       [philosophers]uint64 // by philosopher
	clashes     int64                // forks taken while in use
}

func (d dinner) String() string {
	return fmt.Sprintf("meals %v, uses %v, by %05b, eaten %x, clashes %d", d.meals, d.uses, d.users, d.eaten, d.clashes)
}

type philosophersJob struct {
	exact[dinner]
	tasks, meals int // meals in a task
	forks        [philosophers]fork
	plates       [philosophers]plate
}

func newPhilosophers(p Params) (Job, error) {
	j := &philosophersJob{tasks: philosophers * p.amount(4, 16, 128), meals: p.pick(500, 3000, 3000)}
	j.items = j.tasks * j.meals
	j.plain, j.want = j.serial, j.serial()
	return j, nil
}

func (j *philosophersJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.lay()
	clashes, err := forEach(ctx, ex, j.tasks, func(_ context.Context, i int) (int64, error) {
		return j.dine(i%philosophers, j.meals), nil
	})
	if err != nil {
		return err
	}
	got := dinner{}
	for i := range philosophers {
		got.meals[i], got.eaten[i] = j.plates[i].meals, j.plates[i].eaten
		got.uses[i], got.users[i] = j.forks[i].uses, j.forks[i].users
	}
	got.clashes = total(clashes)
	j.compare(got)
	return nil
}

// lay resets forks and plates.
func (j *philosophersJob) lay() {
	for i := range philosophers {
		j.forks[i].taken, j.forks[i].users, j.forks[i].uses = false, 0, 0
		j.plates[i] = plate{food: splitmix(i)}
	}
}

// dine has philosopher i eat. Its forks are i and the next.
func (j *philosophersJob) dine(i, meals int) (clashes int64) {
	first, second := &j.forks[i], &j.forks[(i+1)%philosophers]
	if i == philosophers-1 {
		first, second = second, first // this order prevents five from waiting in a circle
	}
	for range meals {
		first.Lock()
		second.Lock()
		clashes += first.take(i) + second.take(i)
		j.plates[i].eat()
		first.taken, second.taken = false, false
		second.Unlock()
		first.Unlock()
	}
	return clashes
}

// take gives the fork to philosopher i and returns 1 if it is in use.
func (f *fork) take(i int) (clash int64) {
	if f.taken {
		clash = 1
	}
	f.taken = true
	f.users |= 1 << i
	f.uses++
	return clash
}

// serial has the philosophers eat one after the other.
func (j *philosophersJob) serial() (d dinner) {
	meals := j.items / philosophers
	for i := range philosophers {
		left, right := i, (i+1)%philosophers
		d.users[i] = 1<<i | 1<<((i+philosophers-1)%philosophers)
		food := splitmix(i)
		for range meals {
			d.uses[left]++
			d.uses[right]++
			for range bites {
				d.eaten[i] += food.next()
			}
			d.meals[i]++
		}
	}
	return d
}
