package workloads

func init() {
	damages["nstream"] = func(j Job) { j.(*nstreamJob).a[17] += 8 }
}
