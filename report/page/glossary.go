package page

import (
	"html"
	"html/template"
	"regexp"
	"strings"

	"overlap/report/law"
)

// entry is a term of the glossary. Names are its spellings in headings; the glossary shows
// the first.
type entry struct {
	ID    string
	Names []string
	Text  string
}

// Name is the word.
func (e entry) Name() string { return e.Names[0] }

// glossary defines every term of the page once, in the order in which a reader needs them.
var glossary = []entry{
	{"workload", []string{"workload"}, "A named family of jobs. A job is fixed work; how long it takes is measured."},
	{"kind", []string{"kind"}, "What limits a workload: cpu, memory, lock, comm (hand-overs), spawn, wait, io, or a mix."},
	{"worker", []string{"worker", "workers"}, "Runs tasks, one after the other. The number of workers is the number of tasks that can be in progress at once: concurrency."},
	{"core", []string{"core", "cores"}, "A CPU that the job may use. The number of cores is the number of tasks that can run at the same instant: parallelism."},
	{"gomaxprocs", []string{"GOMAXPROCS"}, "How many goroutines the Go runtime lets run at the same instant. With fewer cores than that, the cores decide."},
	{"concurrency-gain", []string{"concurrency gain", "G_c"}, "Throughput of w workers on one core over that of one worker on one core: what overlapping alone buys. About 1 for work that only computes."},
	{"parallelism-gain", []string{"parallelism gain", "G_p"}, "Throughput of w workers on p cores over that of the same workers on one core: what simultaneous cores add on top. About 1 for work that only waits."},
	{"speedup", []string{"speedup", "S"}, "Throughput of w workers on p cores over that of one worker on one core. It is the concurrency gain times the parallelism gain, exactly."},
	{"ceiling", []string{"ceiling", "ceiling H(p)"}, "H(p): what p separate programs that share nothing gain from p cores. If it is below p, the machine is the limit: shared memory, clock speed, neighbours. It counts until the slowest program ends, so noise alone lowers it: by 5 % at p = 2 and 13 % at p = 8 if each program varies by 10 %."},
	{"share-of-ceiling", []string{"share of the ceiling"}, "The parallelism gain over H(p): how much of what this machine's cores can give the program uses. The rest is lost in software."},
	{"efficiency", []string{"efficiency"}, "The gain from cores over their number. Losses in hardware and in software both lower it."},
	{"software-efficiency", []string{"software efficiency"}, "The parallelism gain over H(p). Only losses in software lower it."},
	{"cost", []string{"COST"}, "The fewest cores on which some number of workers beats the plain serial program, without goroutines and locks, by a tenth. ∞: none does; –: unknown (McSherry, Isard and Murray, 2015)."},
	{"over-serial", []string{"over the serial program"}, "Throughput at the row's workers and cores over that of the plain serial program on one core."},
	{"enough", []string{"enough"}, "The fewest cores, and then the fewest workers, that are shown to lose less than 5 % against every other point that was measured."},
	{"expected", []string{"expected"}, "The scaling that the workload declares, such as linear, and whether the measurement agrees."},
	{"verdict", []string{"verdict"}, "What the gains say in words. “Brings nothing” (less than 5 %), “scales” (more than 0.8 of the ceiling) and “enough” need the whole interval; “helps” and “hurts” need a difference that is not chance. Everything else is “cannot tell”."},
	{"inflight", []string{"tasks in flight"}, "Mean number of tasks started and not finished: the degree of concurrency, L."},
	{"busy", []string{"CPUs busy"}, "Mean number of CPUs that ran the work: the degree of parallelism, A."},
	{"point", []string{"point"}, "One configuration: a workload with its executor, workers, cores, GOMAXPROCS and size."},
	{"sample", []string{"sample", "samples"}, "One measurement of a point, in a process of its own."},
	{"round", []string{"round", "samples by round"}, "A visit to every point, in random order. Samples of one round were taken close together, so drift of the machine affects them equally."},
	{"pressure", []string{"pressure", "left out"}, "The share of the CPUs that other programs took during a sample. Above a tenth, the sample stays in the file but does not count."},
	{"interval", []string{"95 % interval"}, "The bounds of the value, with 95 % confidence, from the scatter of the samples. ± is the wider half."},
	{"mean", []string{"time of a job"}, "The geometric mean over the samples of a point. Gains are quotients of these."},
	{"executor", []string{"executor"}, "What runs the tasks: inline, a goroutine each (spawn), a pool, operating-system threads, an event loop, or processes."},
	{"stack", []string{"speedup stack"}, "What the p cores of a point did, in parts that sum to p (after Eyerman, Du Bois and Eeckhout, 2012)."},
	{"work", []string{"work"}, "Cores that would be busy if every job took the CPU time that it takes with one worker on one core, or what the jobs took, if that is less."},
	{"inflation", []string{"inflation"}, "CPU time of the same jobs beyond work: cache misses, spinning, switching."},
	{"saved", []string{"saved"}, "CPU time, in cores, that the jobs did not need because they overlapped: a core that is never idle saves wake-ups. It is not part of the stack, because it used no cores."},
	{"gc", []string{"GC"}, "CPUs that collected garbage."},
	{"run-queue", []string{"run queue"}, "Cores that the job needed while other programs, the hypervisor or a quota had them."},
	{"imbalance", []string{"imbalance"}, "Cores for which no task was in progress."},
	{"locked", []string{"locked"}, "Cores that were free while tasks waited for a lock."},
	{"runnable", []string{"runnable"}, "Cores that were free while a task was ready and not yet woken."},
	{"waiting", []string{"waiting"}, "Cores that were free while tasks waited for timers, files, networks, channels or futures."},
	{"residual", []string{"residual"}, "How far the clocks of a stack disagree: the cores minus the sum of the parts."},
	{"idle", []string{"idle (kernel)"}, "Idle cores as the kernel counts them: not part of the stack, but a check on it."},
	{"little", []string{"Little's law"}, "The number of tasks in flight is the throughput times the time that each task stays: L = X·R. It checks the counters of a sample against each other."},
	{"knee", []string{"knee"}, "The number of workers beyond which computing, not waiting, sets the bound: p(D+Z)/D, with D the CPU time of a job and Z its waiting."},
	{"amdahl", []string{"Amdahl's law"}, "S = 1/(f + (1−f)/p): the speedup if the part f of a job is serial. It never exceeds 1/f."},
	{"karp-flatt", []string{"Karp–Flatt"}, "The serial part e = (1/S − 1/p)/(1 − 1/p) that a speedup S on p cores amounts to. If it is level over p, there is such a part. If it rises, overhead grows with the cores. If it is negative, more was gained than the cores can give."},
	{"usl", []string{"USL", "σ", "κ", "λ"}, "The universal scalability law X(N) = λN/(1 + σ(N−1) + κN(N−1)): λ is the throughput of one, σ contention (queueing for what is shared), κ coherency (each has to agree with every other). It is " + law.FittedTo + "."},
	{"p99", []string{"p99", "p50"}, "The time that 99 of 100 tasks do not exceed; p50 is the median. For items that arrive on schedule, it counts from when each was due."},
	{"open-loop", []string{"open loop"}, "Items arrive on schedule, whether or not earlier ones are done, so waiting in the queue counts."},
	{"fairness", []string{"fairness"}, "Jain's index of the tasks that each worker completed: 1 if all are equal, 1/n if one of n did everything."},
	{"crossover", []string{"crossover n½"}, "The smallest task at which an executor reaches half of the ideal: below it, handing over costs more than the task."},
}

// named finds an entry by its spelling in a heading.
var named = func() map[string]entry {
	m := map[string]entry{}
	for _, e := range glossary {
		for _, name := range e.Names {
			m[name] = e
		}
	}
	return m
}()

// words are the terms that are links in a part of the page. A link at each occurrence
// would be hundreds of stops for the keyboard.
type words map[string]bool

func (w words) functions() template.FuncMap {
	return template.FuncMap{"term": w.term, "part": w.part, "prose": prose}
}

// part begins a part of the page, in which every term is a link once.
func (w words) part() string {
	clear(w)
	return ""
}

// term returns text, as a link to its definition at the first occurrence in a part of the
// page. The link shows the definition when the pointer or the keyboard is on it: see tips.
func (w words) term(text string) template.HTML {
	e, ok := named[text]
	if !ok || w[e.ID] {
		return template.HTML(html.EscapeString(text))
	}
	w[e.ID] = true
	return template.HTML(`<a class="term" href="#term_` + e.ID + `" aria-describedby="def_` + e.ID + `">` + html.EscapeString(text) + `</a>`)
}

// prose returns text in which browsers do not break a line inside a flag. Copying it gives
// the same text.
func prose(text string) template.HTML {
	return template.HTML(flag.ReplaceAllString(html.EscapeString(text), `<span class="flag">$0</span>`))
}

var flag = regexp.MustCompile(`--[a-z][a-z-]{0,30}`)

// tips are the rules that show a definition while a link to it is hovered or focused,
// without a script and without a copy of the definition at each link.
func tips() string {
	var b strings.Builder
	for _, e := range glossary {
		b.WriteString(`body:has(a[href="#term_` + e.ID + `"]:is(:hover,:focus-visible)) #tip_` + e.ID + "{display:block}\n")
	}
	return b.String()
}

// sheet is the stylesheet of what only this page has.
func (s *styles) sheet() string {
	var b strings.Builder
	b.WriteString(css)
	b.WriteString(tips())
	for _, rule := range s.rules {
		b.WriteString(rule + "\n")
	}
	return b.String()
}
