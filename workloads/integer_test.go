package workloads

func init() {
	const hashed = "Python's hashlib, by the formula in the documentation of Hash"
	goldens["hash"] = []golden{
		{Params{Size: Small}, "67f826628c65f023fcf3706dad2e44c752dd398c859edf1042e9500b043abcd9", hashed},
		{Params{Size: Medium}, "2672684e4f861640ca5b62e96d7dbd6fe4436359e3ac7db4a909d63c129131c8", hashed},
		{Params{Size: Large}, "ac8b8a0f7c2b45dce331a3c418616953567a3da11cf3ded1043f7442a58472d7", hashed},
	}
	goldens["sieve"] = []golden{
		{Params{Size: Small}, "78498", "OEIS A006880(6)"},
		{Params{Size: Medium}, "664579", "OEIS A006880(7)"},
		{Params{Size: Large}, "5761455", "OEIS A006880(8)"},
	}
	goldens["grain"] = []golden{
		{Params{Size: Small}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "250ns"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "1us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "4us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "64us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "250us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Medium}, "3510933498471821612", "a Python program"},
	}
	damages["grain"] = func(j Job) { j.(*grainJob).args[3].First++ }
	damages["hash"] = func(j Job) { j.(*hashJob).args[3].First++ }
	damages["sieve"] = func(j Job) { j.(*sieveJob).args[3].End -= 100 }
}
