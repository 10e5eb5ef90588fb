package workloads

// splitmix is the generator splitmix64 (Steele, Lea and Flood, 2014). Its first
// value is the seed; seed 0 gives e220a8397b1dcdaf first.
type splitmix uint64

const splitmixStep = 0x9e3779b97f4a7c15

func (s *splitmix) next() uint64 {
	*s += splitmixStep
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// splitmixAt returns the i-th number from seed 0, counted from 0.
func splitmixAt(i uint64) uint64 {
	s := splitmix(i * splitmixStep)
	return s.next()
}
