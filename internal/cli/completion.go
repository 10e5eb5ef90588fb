package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"overlap/bench"
	"overlap/internal/cli/manual"
	"overlap/internal/table"
	"overlap/workloads"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help says how to use the script.
func (c *completionCmd) Help() string {
	return "Print a script that completes verbs, flags and their values: source <(overlap completion bash), source <(overlap completion zsh), or overlap completion fish | source."
}

func (c *completionCmd) Run(k *kong.Context, s *streams) error {
	write := map[string]func(io.Writer, []*kong.Node) error{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	return write(s.out, k.Model.Leaves(true))
}

// valuesOf are the values of a flag or argument that the shell can offer: its enum,
// or the list that its tag complete names.
func valuesOf(v *kong.Value) []string {
	switch v.Tag.Get("complete") {
	case "workloads":
		names := []string{"all"}
		for _, w := range workloads.All() {
			names = append(names, w.Name)
		}
		return names
	case "kinds":
		var names []string
		for _, kind := range workloads.Kinds() {
			names = append(names, string(kind))
		}
		return names
	case "executors":
		return bench.Executors()
	case "topics":
		return manual.Topics()
	}
	if v.Enum == "" {
		return nil
	}
	return v.EnumSlice()
}

// flagsOf are the flags of a verb, without hidden ones.
func flagsOf(verb *kong.Node) (flags []*kong.Flag) {
	for _, group := range verb.AllFlags(true) {
		flags = append(flags, group...)
	}
	return flags
}

// argumentsOf are the values that the shell can offer for the arguments of a verb.
func argumentsOf(verb *kong.Node) (values []string) {
	for _, arg := range verb.Positional {
		values = append(values, valuesOf(arg)...)
	}
	return values
}

func namesOf(verbs []*kong.Node) (names []string) {
	for _, verb := range verbs {
		names = append(names, verb.Name)
	}
	return names
}

// brief is the start of a help text, short enough for a line of a menu.
func brief(help string) string {
	for _, end := range []string{" (default", ". ", "; "} {
		help, _, _ = strings.Cut(help, end)
	}
	return table.Cut(strings.TrimSuffix(help, "."), 70)
}

// bashCompletion offers flags where a word begins with a dash, and otherwise values;
// where it knows none, bash offers files.
func bashCompletion(w io.Writer, verbs []*kong.Node) error {
	var values, words strings.Builder
	for _, verb := range verbs {
		var flags []string
		for _, f := range flagsOf(verb) {
			flags = append(flags, "--"+f.Name)
			if list := valuesOf(f.Value); list != nil {
				fmt.Fprintf(&values, "\t'%s --%s') words='%s' ;;\n", verb.Name, f.Name, strings.Join(list, " "))
			}
		}
		fmt.Fprintf(&words, "\t'%s -') words='%s' ;;\n", verb.Name, strings.Join(flags, " "))
		if list := argumentsOf(verb); list != nil {
			fmt.Fprintf(&words, "\t'%s '*) words='%s' ;;\n", verb.Name, strings.Join(list, " "))
		}
	}
	_, err := fmt.Fprintf(w, `_overlap() {
	local verb="${COMP_WORDS[1]}" word="${COMP_WORDS[COMP_CWORD]}" flag="${COMP_WORDS[COMP_CWORD-1]}" words=
	if [ "$word" = = ]; then word=; fi
	if [ "$flag" = = ]; then flag="${COMP_WORDS[COMP_CWORD-2]}"; fi
	case "$verb $flag" in
%s	*)
		if [ "$COMP_CWORD" = 1 ]; then
			words='%s'
		else
			case "$verb ${word:0:1}" in
%s			esac
		fi ;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _overlap overlap
`, values.String(), strings.Join(namesOf(verbs), " "), indent(words.String(), "\t\t"))
	return err
}

func indent(text, by string) string {
	return by + strings.TrimSuffix(strings.ReplaceAll(text, "\n", "\n"+by), by)
}

// zshCompletion describes verbs and flags.
func zshCompletion(w io.Writer, verbs []*kong.Node) error {
	quote := strings.NewReplacer(`'`, `'\''`, `[`, `\[`, `]`, `\]`, `:`, `\:`)
	var names, cases strings.Builder
	for _, verb := range verbs {
		fmt.Fprintf(&names, "\t\t'%s:%s'\n", verb.Name, quote.Replace(brief(verb.Help)))
		fmt.Fprintf(&cases, "\t%s) _arguments", verb.Name)
		for _, f := range flagsOf(verb) {
			value := ""
			if !f.IsBool() {
				value = ":" + quote.Replace(f.FormatPlaceHolder()) + ":_files"
				if list := valuesOf(f.Value); list != nil {
					value = ":" + f.Name + ":(" + strings.Join(list, " ") + ")"
				}
				value = "=[" + quote.Replace(brief(f.Help)) + "]" + value
			} else {
				value = "[" + quote.Replace(brief(f.Help)) + "]"
			}
			fmt.Fprintf(&cases, " \\\n\t\t'--%s%s'", f.Name, value)
		}
		rest := "_files"
		if list := argumentsOf(verb); list != nil {
			rest = "(" + strings.Join(list, " ") + ")"
		}
		fmt.Fprintf(&cases, " \\\n\t\t'*:%s:%s' ;;\n", verb.Name, rest)
	}
	_, err := fmt.Fprintf(w, `#compdef overlap
_overlap() {
	if (( CURRENT == 2 )); then
		local -a verbs=(
%s		)
		_describe verb verbs
		return
	fi
	local verb=$words[2]
	shift words
	(( CURRENT-- ))
	case $verb in
%s	esac
}
compdef _overlap overlap
`, names.String(), cases.String())
	return err
}

// fishCompletion describes verbs and flags, a line each.
func fishCompletion(w io.Writer, verbs []*kong.Node) error {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var b strings.Builder
	for _, verb := range verbs {
		fmt.Fprintf(&b, "complete -c overlap -n __fish_use_subcommand -f -a %s -d '%s'\n", verb.Name, quote.Replace(brief(verb.Help)))
		of := fmt.Sprintf("complete -c overlap -n '__fish_seen_subcommand_from %s'", verb.Name)
		for _, f := range flagsOf(verb) {
			fmt.Fprintf(&b, "%s -l %s -d '%s'", of, f.Name, quote.Replace(brief(f.Help)))
			switch list := valuesOf(f.Value); {
			case list != nil:
				fmt.Fprintf(&b, " -x -a '%s'", strings.Join(list, " "))
			case !f.IsBool():
				b.WriteString(" -r")
			}
			b.WriteByte('\n')
		}
		if list := argumentsOf(verb); list != nil {
			fmt.Fprintf(&b, "%s -f -a '%s'\n", of, strings.Join(list, " "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
