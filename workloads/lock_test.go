package workloads

func init() {
	damages["counter"] = func(j Job) { j.(*counterJob).want-- }
}
