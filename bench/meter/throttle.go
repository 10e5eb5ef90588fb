package meter

import "time"

// Throttle measures for how long the CPU quota of a control group held back this
// process and all others in the group.
type Throttle struct {
	quotas []string
	was    []time.Duration
}

// NewThrottle finds the control groups of this process, and those above them, that
// have a quota.
func NewThrottle() *Throttle {
	t := &Throttle{quotas: findQuotas()}
	t.was = readThrottled(t.quotas)
	return t
}

// Held returns for how long the worst of the groups was held back since the last
// call, summed over its CPUs; 0 where none has a quota.
func (t *Throttle) Held() time.Duration {
	now := readThrottled(t.quotas)
	held := throttled(t.was, now)
	t.was = now
	if held > 0 {
		return time.Duration(held)
	}
	return 0
}
