//go:build !linux

package meter

import "time"

// Children returns the ids of the child processes that this process has. This
// system does not list them, so there are none.
func Children() []int { return nil }

func cpuOf(int) time.Duration { return 0 }

// readClocks reads nothing here, and there are no control groups.
func readClocks(_, _ []int, _ []string) clocks { return clocks{} }

func findQuotas() []string { return nil }

func readThrottled([]string) []time.Duration { return nil }
