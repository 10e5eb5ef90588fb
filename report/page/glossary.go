package page

import (
	"html"
	"html/template"
	"regexp"
	"strings"

	"overlap/report"
)

// entry is a word of the glossary. Names are how headings spell it; the first is
// how the glossary does.
type entry struct {
	ID    string
	Names []string
	Text  string
}

// Name is the word.
func (e entry) Name() string { return e.Names[0] }

// glossary defines every term of the page once, in the order in which a reader
// needs them.
var glossary = []entry{
	{"workload", []string{"workload"}, "A named family of jobs. A job is fixed work; how long it takes is measured."},
	{"kind", []string{"kind"}, "What limits a workload: cpu, memory, lock, comm (hand-overs), spawn, wait, io, or a mix."},
	{"worker", []string{"worker", "workers"}, "What runs tasks, one after the other. As many workers as there are, so many tasks can be in progress at once: that is concurrency."},
	{"core", []string{"core", "cores"}, "A CPU that the job may use. As many tasks as there are cores can run at the same instant: that is parallelism."},
	{"gomaxprocs", []string{"GOMAXPROCS"}, "How many goroutines the Go runtime lets run at the same instant. With fewer cores than that, the cores decide."},
	{"concurrency-gain", []string{"concurrency gain", "G_c"}, "Throughput of w workers on one core over that of one worker on one core: what overlapping alone buys. About 1 for work that only computes."},
	{"parallelism-gain", []string{"parallelism gain", "G_p"}, "Throughput of w workers on p cores over that of the same workers on one core: what simultaneous cores add on top. About 1 for work that only waits."},
	{"speedup", []string{"speedup", "S"}, "Throughput of w workers on p cores over that of one worker on one core. It is the concurrency gain times the parallelism gain, exactly."},
	{"ceiling", []string{"ceiling", "ceiling H(p)"}, "H(p): what p separate programs that share nothing gain from p cores. Below p the machine itself is the limit: shared memory, clock speed, neighbours. It waits for the slowest of the p programs, so noise alone lowers it: by 5 % at p = 2 and 13 % at 8 if each varies by 10 %."},
	{"share-of-ceiling", []string{"share of the ceiling"}, "The parallelism gain over H(p): how much of what this machine's cores can give the program takes. The rest is lost in software."},
	{"efficiency", []string{"efficiency"}, "The gain from cores over their number. It blames hardware and software together."},
	{"software-efficiency", []string{"software efficiency"}, "The parallelism gain over H(p): what the program makes of what this machine's cores can give."},
	{"cost", []string{"COST"}, "The fewest cores on which some number of workers beats the plain serial program, without goroutines and locks, by a tenth. ∞: none does; –: that cannot be told (McSherry, Isard and Murray, 2015)."},
	{"over-serial", []string{"over the serial program"}, "Throughput at the row's workers and cores over that of the plain serial program on one core."},
	{"enough", []string{"enough"}, "The fewest cores, and then the fewest workers, that are shown to lose less than 5 % against every other point that was measured."},
	{"expected", []string{"expected"}, "The scaling that the workload declares, such as linear, and whether the measurement meets it."},
	{"verdict", []string{"verdict"}, "What the gains say in words. It rests on the measurement alone. That something brings nothing (less than 5 %), scales (more than 0.8 of the ceiling) or is enough is said if the whole interval says so, and that it helps or hurts if the difference is no chance. All else cannot be told."},
	{"inflight", []string{"tasks in flight"}, "Mean number of tasks started and not finished: the degree of concurrency, L."},
	{"busy", []string{"CPUs busy"}, "Mean number of CPUs that ran the work: the degree of parallelism, A."},
	{"point", []string{"point"}, "One configuration: a workload with its executor, workers, cores, GOMAXPROCS and size."},
	{"sample", []string{"sample", "samples"}, "One measurement of a point, in a process of its own."},
	{"round", []string{"round", "samples by round"}, "A visit to every point, in random order. Samples of one round were taken close together, so that the machine's drift hits them alike."},
	{"pressure", []string{"pressure", "left out"}, "The share of the CPUs that others took during a sample. Above a tenth the sample is kept in the file and left out of the numbers."},
	{"interval", []string{"95 % interval"}, "The bounds between which the value lies, with 95 % confidence, given how the samples scatter. ± is the wider half."},
	{"mean", []string{"time of a job"}, "The geometric mean over the samples of a point. Gains are quotients of these."},
	{"executor", []string{"executor"}, "What runs the tasks: inline, a goroutine each (spawn), a pool, operating-system threads, an event loop, or processes."},
	{"stack", []string{"speedup stack"}, "What the p cores of a point did, in parts that sum to p (after Eyerman, Du Bois and Eeckhout, 2012)."},
	{"work", []string{"work"}, "Cores that would be busy if every job took the CPU time that it takes with one worker on one core, or what the jobs took, if that is less."},
	{"inflation", []string{"inflation"}, "CPU time of the same jobs beyond that: cache misses, spinning, switching."},
	{"saved", []string{"saved"}, "CPU time, in cores, that the jobs did not need because they overlapped: a core that is never idle saves wake-ups. It is no part of the stack, whose cores it did not use."},
	{"gc", []string{"GC"}, "CPUs that collected garbage."},
	{"run-queue", []string{"run queue"}, "Cores that were wanted while others had them: other programs, the hypervisor, a quota."},
	{"imbalance", []string{"imbalance"}, "Cores for which no task was in progress."},
	{"locked", []string{"locked"}, "Cores that were free while tasks waited for a lock."},
	{"runnable", []string{"runnable"}, "Cores that were free while a task was ready and not yet woken."},
	{"waiting", []string{"waiting"}, "Cores that were free while tasks waited for timers, files, networks, channels or futures."},
	{"residual", []string{"residual"}, "What the clocks of a stack disagree by: the cores minus the sum of the parts."},
	{"idle", []string{"idle (kernel)"}, "Idle cores as the kernel counts them: no part of the stack, but a check on it."},
	{"little", []string{"Little's law"}, "Tasks in flight are throughput times the time that each stays: L = X·R. It holds the counters of a sample against each other."},
	{"knee", []string{"knee"}, "The number of workers from which on computing, not waiting, sets the bound: p(D+Z)/D, with D the CPU time of a job and Z its waiting."},
	{"amdahl", []string{"Amdahl's law"}, "S = 1/(f + (1−f)/p): the speedup if the part f of a job is serial. It never exceeds 1/f."},
	{"karp-flatt", []string{"Karp–Flatt"}, "The serial part e = (1/S − 1/p)/(1 − 1/p) that a speedup S on p cores amounts to. Level over p: there is one. Rising: overhead grows with the cores. Negative: more was gained than the cores can give."},
	{"usl", []string{"USL", "σ", "κ", "λ"}, "The universal scalability law X(N) = λN/(1 + σ(N−1) + κN(N−1)): λ is the throughput of one, σ contention (queueing for what is shared), κ coherency (everybody telling everybody). It is " + report.FittedTo + "."},
	{"p99", []string{"p99", "p50"}, "The time that 99 of 100 tasks do not exceed, and p50 half of them; of items that come by a schedule, from when each was due."},
	{"open-loop", []string{"open loop"}, "Items arrive by a schedule, whether or not earlier ones are done, so that waiting in the queue counts."},
	{"fairness", []string{"fairness"}, "Jain's index over what each worker got done: 1 if all did the same, 1/n if one of n did all."},
	{"crossover", []string{"crossover n½"}, "The smallest task, in nanoseconds, at which an executor reaches half of the ideal: below it handing over costs more than the task."},
}

// named finds an entry by how a heading spells it.
var named = func() map[string]entry {
	m := map[string]entry{}
	for _, e := range glossary {
		for _, name := range e.Names {
			m[name] = e
		}
	}
	return m
}()

// words are the terms that a part of the page has as links. A link at each
// occurrence would be hundreds of stops for the keyboard on the way down.
type words map[string]bool

func (w words) functions() template.FuncMap {
	return template.FuncMap{"term": w.term, "part": w.part, "prose": prose}
}

// part begins a part of the page, in which every term is a link once.
func (w words) part() string {
	clear(w)
	return ""
}

// term is text, and at its first occurrence in a part of the page a link to its
// definition if it has one. The link shows the definition when the pointer is
// over it or the keyboard on it: see tips.
func (w words) term(text string) template.HTML {
	e, ok := named[text]
	if !ok || w[e.ID] {
		return template.HTML(html.EscapeString(text))
	}
	w[e.ID] = true
	return template.HTML(`<a class="term" href="#term_` + e.ID + `" aria-describedby="def_` + e.ID + `">` + html.EscapeString(text) + `</a>`)
}

// prose is text in which a browser does not break a line after the dashes of a
// flag. What one copies is the same text.
func prose(text string) template.HTML {
	return template.HTML(flag.ReplaceAllString(html.EscapeString(text), `<span class="flag">$0</span>`))
}

var flag = regexp.MustCompile(`--[a-z][a-z-]{0,30}`)

// tips are the rules that show a definition while any link to it is hovered or
// focused, without a script and without a copy of the definition at each link.
func tips() string {
	var b strings.Builder
	for _, e := range glossary {
		b.WriteString(`body:has(a[href="#term_` + e.ID + `"]:is(:hover,:focus-visible)) #tip_` + e.ID + "{display:block}\n")
	}
	return b.String()
}

// sheet is the page's one stylesheet.
func (s *styles) sheet() string {
	light, dark := s.variables()
	var b strings.Builder
	b.WriteString(strings.NewReplacer("/*charts-light*/", light, "/*charts-dark*/", dark).Replace(css))
	b.WriteString(tips())
	for _, rule := range s.rules {
		b.WriteString(rule + "\n")
	}
	return b.String()
}
