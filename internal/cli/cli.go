// Package cli is the command overlap. Arguments and two streams go in; an exit code and
// text for people and programs come out. A file is a verb, a part of a verb, or what
// several verbs share. The package adds flags to errors and words to results, and does
// not compute: statistics are in bench/gate/stat and report/law.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"overlap/bench"
	"overlap/bench/gate"
	"overlap/bench/record"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// sampleVerb makes this program a sample process. It is not part of the documented
// command line, and is handled before the flag library, because its flags are those of a
// test binary.
const sampleVerb = "sample"

type command struct {
	Version kong.VersionFlag `help:"Print the version, commit and Go."`

	Run    runCmd    `cmd:"" help:"Measure workloads, or your own benchmarks, over workers and cores."`
	Why    whyCmd    `cmd:"" help:"Name the lines of code that take the cores."`
	Check  checkCmd  `cmd:"" help:"Compare two revisions: is one slower, and does it still scale?"`
	Report reportCmd `cmd:"" help:"Explain results, as a table and as a page with charts."`
	Host   hostCmd   `cmd:"" help:"Show what a process may use of this machine."`

	Demo    demoCmd    `cmd:"" help:"Show in ten seconds what concurrency and parallelism are."`
	History historyCmd `cmd:"" help:"Show how benchmarks changed over the commits that check compared."`

	Help       helpCmd       `cmd:"" help:"Print a page of the manual, or the help of a verb."`
	Completion completionCmd `cmd:"" help:"Print a completion script for a shell."`
	VersionCmd versionCmd    `cmd:"" name:"version" help:"Print the version, commit and Go."`
}

// flagGroups are the headings of --help. The tag group of a flag names one.
var flagGroups = []kong.Group{
	{Key: "what", Title: "What to measure:"}, {Key: "compare", Title: "What to compare:"}, {Key: "read", Title: "What to read:"},
	{Key: "settings", Title: "Settings of each side (without --base, both are head):"},
	{Key: "where", Title: "Where:"}, {Key: "long", Title: "How long:"}, {Key: "judge", Title: "How to judge:"}, {Key: "output", Title: "Output:"},
}

// streams are the standard output and error of a verb.
type streams struct{ out, err io.Writer }

// testArgs are words of the command line behind --: arguments of test binaries, as behind
// -args of go test.
type testArgs []string

// check returns an error if there are words and no test binaries.
func (a testArgs) check(tests bool) error {
	if len(a) > 0 && !tests {
		return errors.New("words behind -- are arguments of the test binaries of --pkg, of which there are none here")
	}
	return nil
}

// Main runs overlap and returns its exit code: 0, 1 for an error, 2 for a
// wrong command line, 130 if it was interrupted, 141 if its output was closed. The
// verb check has codes of its own: see checkCmd.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == sampleVerb {
		bench.Sample(args[1:])
	}
	if len(args) > 0 && args[0] == recordVerb {
		return record.Child(args[1:], stdout, stderr)
	}
	exit := -1
	parser, err := kong.New(&command{},
		kong.Name("overlap"),
		kong.Description("Measures what concurrency and parallelism each buy: speedup = concurrency gain × parallelism gain."),
		kong.Vars{"version": version()},
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ExplicitGroups(flagGroups),
	)
	if err != nil {
		panic("cli: " + err.Error()) // the command struct is wrong
	}
	var words testArgs
	if i := slices.Index(args, "--"); i > 0 && slices.Contains([]string{"run", "why", checkVerb}, args[0]) {
		args, words = args[:i], args[i+1:]
	}
	failed, wrong := 1, 2
	if len(args) > 0 && args[0] == checkVerb {
		failed, wrong = exitUnmeasured, exitUnmeasured
		if slices.ContainsFunc(args, func(arg string) bool { return arg == "--bisect" || strings.HasPrefix(arg, "--bisect=") }) {
			failed, wrong = exitAbort, exitAbort
		}
	}
	verb, err := parser.Parse(args)
	if exit >= 0 { // --help was given
		return exit
	}
	if err != nil {
		help := "overlap --help for the verbs"
		if len(args) > 0 && isVerb(parser.Model, args[0]) {
			help = "overlap " + args[0] + " --help for the flags"
		}
		fmt.Fprintf(stderr, "overlap: %s\nRun %s.\n", printable(err), help)
		return wrong
	}
	ctx, s, stop := interruptible(ctx, stdout, stderr)
	defer stop()
	verb.BindTo(ctx, (*context.Context)(nil))
	err = verb.Run(s, words)
	var code exitError
	switch {
	case context.Cause(ctx) == errClosed:
		return exitClosed
	case err == nil:
		return 0
	case errors.Is(err, sweep.ErrInterrupted):
		fmt.Fprintln(stderr, "overlap: interrupted")
		return exitInterrupted
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(stderr, "overlap: %s\n", printable(err))
	if errors.As(err, new(skipError)) {
		return gate.ExitSkip
	}
	return failed
}

func isVerb(app *kong.Application, name string) bool {
	return slices.ContainsFunc(app.Children, func(verb *kong.Node) bool { return verb.Name == name })
}

// given returns the names of the flags on the command line.
func given(k *kong.Context) (flags []string) {
	for _, p := range k.Path {
		if p.Flag != nil {
			flags = append(flags, p.Flag.Name)
		}
	}
	return flags
}

// printable is an error without characters that control a terminal, which names and
// contents of files may have. It keeps lines and indents.
func printable(err error) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\t", "    ").Replace(err.Error()), "\n")
	for i, line := range lines {
		lines[i] = table.Printable(line)
	}
	return strings.Join(lines, "\n")
}
