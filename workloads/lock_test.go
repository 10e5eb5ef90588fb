package workloads

func init() {
	goldens["counter"] = []golden{
		{Params{Size: Small}, "total 16000, bad reads 0", "16 tasks of 1000 increments"},
		{Params{Size: Medium}, "total 512000, bad reads 0", "128 tasks of 4000 increments"},
		{Params{Size: Medium, Variant: "rwmutex"}, "total 51200, bad reads 0", "a tenth of 128 tasks of 4000 operations"},
		{Params{Size: Medium, Variant: "channel"}, "total 128000, bad reads 0", "128 tasks of 1000 increments"},
		{Params{Size: Medium, Variant: "sharded"}, "total 512000, bad reads 0", "128 tasks of 4000 increments"},
	}
	goldens["philosophers"] = []golden{{
		Params{Size: Small},
		"meals [2000 2000 2000 2000 2000], uses [4000 4000 4000 4000 4000], by [10001 00011 00110 01100 11000], " +
			"eaten [98847b0c95dfc60c b10c7d671f4039ba 4e50139a5d1003d1 b871c8a9423abc62 e5a991a649650c44], clashes 0",
		"4 tasks of 500 meals each; eaten computed by a separate program in Python",
	}}
	damages["counter"] = func(j Job) { j.(*counterJob).tasks-- }
	damages["philosophers"] = func(j Job) { j.(*philosophersJob).tasks-- }
}
