# make module PATH=…: gives the module another path, everywhere but in results. It
# uses standard tools only: the variable PATH of make hides all others.
set -eu
case $1 in
-* | .* | /* | */ | *//* | *[!A-Za-z0-9._~/-]*)
	echo "make module: PATH=$1 is not a module path" >&2
	exit 2
	;;
*.*/*) ;;
*)
	echo "make module: give the address of the repository, as in make module PATH=github.com/you/overlap" >&2
	exit 2
	;;
esac
was=$(sed -n 's/^module //p' go.mod)
# A workflow names the action by its repository on GitHub.
action=you/overlap
case $was in github.com/*) action=${was#github.com/} ;; esac
case $1 in github.com/*) to=${1#github.com/} ;; *) to=$action ;; esac
import="s,(^|[^A-Za-z0-9._~/-])$was/(bench|internal|primitives|report|workloads)([^A-Za-z0-9_-]|\$),\\1$1/\\2\\3,g"
find . \( -name .git -o -path ./results -o -path ./bin \) -prune -o -type f \
	\( -name '*.go' -o -name '*.mod' -o -name '*.md' -o -name '*.txt' -o -name '*.txtar' -o -name '*.yml' -o -name Makefile \) -print |
	while read -r file; do
		# Twice, because a match takes the character before the next.
		sed -E -e "$import" -e "$import" -e "s,github\.com/you/overlap,$1,g" \
			-e "s,(^|[^A-Za-z0-9._-])$action@,\1$to@,g" "$file" > "$file.renamed"
		case $file in
		*.mod)
			sed -E -e "s,^module $was\$,module $1," -e "s,^([[:blank:]]|require |replace )$was (v|=>),\\1$1 \\2," "$file.renamed" > "$file"
			;;
		*) cmp -s "$file" "$file.renamed" || cat "$file.renamed" > "$file" ;;
		esac
		rm "$file.renamed"
	done
echo "the module is $1 now; commit that"
