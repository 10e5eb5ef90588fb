package cli

import (
	"errors"

	"overlap/bench/gate/pair"
)

// exitAbort is an exit code at which git bisect run gives up, like all above 127: what is
// wrong is not the commit. Git uses it for its own script that must end.
const exitAbort = 255

// skipError is an error of a commit, for which git bisect run skips it.
type skipError struct{ error }

func (e skipError) Unwrap() error { return e.error }

// ofRevision adds the flag to an error of the pair. With --bisect, it is an error of the
// commit unless it is one of an option: another commit would have that, too.
func (c *checkCmd) ofRevision(err error) error {
	if err == nil || !c.Bisect || errors.As(err, new(*pair.OptionError)) {
		return withFlag(err)
	}
	return skipError{err}
}

// broken reports whether a benchmark broke so that the check does not pass. What breaks in
// base only is no fault of head. But if it cannot be compared, a bisection does not
// know whether the commit has the regression.
func (c *checkCmd) broken(p *pair.Pair) bool {
	return p.HeadFailed || c.Bisect && p.BaseFailed
}
