# The build of overlap. FLAGS are passed to overlap run and CHECKFLAGS to overlap
# check, BENCH chooses the benchmarks of bench and smoke, BASE is the revision
# that check compares with, CALIBRATION is the directory of calibrate, PRECISION that of
# precision, LAYOUTS the parts of layouts,
# SHAPES the machines of shapes, WHY is the directory of why and WHYCASES its cases.

GO    ?= go
BENCH ?= .
FLAGS ?=
CHECKFLAGS ?=
BASE  ?=
CALIBRATION ?= bin/calibration
PRECISION ?= bin/precision
LAYOUTS ?= quiet,beside,once,zerolog,slower
SHAPES ?= all
WHY ?= bin/why
WHYCASES ?=

ifneq ($(MAKECMDGOALS),module) # whose PATH is no list of directories
sources := $(shell find . \( -path ./results -o -path ./bench/peers \) -prune -o \( -name '*.go' -not -name '*_test.go' -o -name '*.s' -o -name '*.txt' -o -name '*.html' -o -name '*.css' -o -name page.js -o -name schema.json -o -path '*/manual/*.md' \) -print) go.mod go.sum
endif

.PHONY: help bench run report check check-selftest module test test-all test-portable test-386 race soak calibrate precision layouts shapes why peers peers-test lint smoke clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bin/overlap: $(sources)
	$(GO) build -o $@ .

bench: ## run the benchmarks with go test alone, at the GOMAXPROCS in force
	$(GO) test -run '^$$' -bench '$(BENCH)' ./bench

run: bin/overlap ## sweep this machine into results/HOST/TIME.txt
	bin/overlap run $(FLAGS)
	$(if $(filter --list --help,$(FLAGS)),,@touch results/.swept)

results/.swept: bin/overlap
	bin/overlap run $(FLAGS)
	@touch $@

report: results/.swept ## table, charts and page of the newest run; sweeps first if the code is newer
	bin/overlap report

check: bin/overlap ## compare this tree with a revision: make check BASE=origin/main
	$(if $(BASE),,$(error BASE is missing: name the revision to compare with, as in make check BASE=origin/main))
	bin/overlap check --base '$(BASE)' $(CHECKFLAGS)

check-selftest: bin/overlap ## changes of a known size: does the check find them on this machine, and only them?
	bin/overlap check --selftest $(CHECKFLAGS)

test: ## run the tests that take seconds
	$(GO) test -short ./...

test-all: ## run all tests: simulations, every workload on every executor, fifty killed runs, the commands of the README
	$(GO) test -timeout 30m ./...

race: ## run the tests under the race detector
	$(GO) test -timeout 30m -race -short ./...

test-portable: ## run the short tests of the primitives without assembly
	$(GO) test -timeout 30m -short -tags purego ./primitives/...

test-386: ## run the short tests as a 32-bit program, which Linux on amd64 can; not those that draw and print
	GOARCH=386 $(GO) test -timeout 30m -short $$($(GO) list ./... | grep -v -e /internal/cli -e /report/chart -e /report/page)

soak: ## a million operations of Event and Future, a thousand faults of child processes, a sweep and checks beside hogs, 250,000 reports of known programs, histories without steps, fuzzing
	OVERLAP_SOAK=1 $(GO) test -count=1 -timeout 60m -v -run 'Soak|Remote|LoseNoTask' ./primitives/...
	OVERLAP_SOAK=1 $(GO) test -count=1 -timeout 60m -v -run Soak ./internal/cli ./report ./report/history
	$(GO) test -run '^$$' -fuzz FuzzFrame -fuzztime 1m ./primitives/internal/remote
	$(GO) test -run '^$$' -fuzz FuzzReadRun -fuzztime 1m ./bench/sweep
	$(GO) test -run '^$$' -fuzz FuzzLoad -fuzztime 1m -fuzzminimizetime 5x ./report
	$(GO) test -run '^$$' -fuzz FuzzPage -fuzztime 1m -fuzzminimizetime 5x ./report/page
	$(GO) test -run '^$$' -fuzz FuzzHistoryPage -fuzztime 1m -fuzzminimizetime 5x ./report/page
	$(GO) test -run '^$$' -fuzz FuzzRead -fuzztime 1m -fuzzminimizetime 5x ./report/history

calibrate: ## how good the gate is on this machine: half an hour that it has to itself, then an hour or two of judging, into CALIBRATION; run again with that directory, it only judges
	cd bench/peers && OVERLAP_CALIBRATE=$(abspath $(CALIBRATION)) $(GO) test -count=1 -timeout 12h -v -run '^TestCalibrate$$' ./calibrate

precision: ## how far to believe a default run on this machine: half an hour that it has to itself, into PRECISION
	OVERLAP_PRECISION=$(abspath $(PRECISION)) $(GO) test -count=1 -timeout 60m -v -run '^TestPrecision$$' ./internal/cli

layouts: ## does the check take another binary for other code? two hours that the machine has to itself; LAYOUTS chooses parts
	OVERLAP_LAYOUTS=$(LAYOUTS) $(GO) test -count=1 -timeout 4h -v -run '^TestLayouts$$' ./internal/cli

why: ## does overlap why name the right lines? ten minutes that the machine has to itself, into WHY; WHYCASES chooses some
	OVERLAP_WHY=$(abspath $(WHY)) OVERLAP_WHY_CASES='$(WHYCASES)' $(GO) test -count=1 -timeout 60m -v -run '^TestWhyFindsTheCauses$$' ./bench/why

shapes: ## boot machines of other shapes in emulators, with 4 to 128 CPUs that come and go, and sweep there: eight minutes; SHAPES chooses some
	OVERLAP_SHAPES=$(SHAPES) $(GO) test -count=1 -timeout 60m -v -run '^TestShapes$$' ./internal/cli

peers: ## compare the primitives with other libraries and languages, into bench/peers/results
	cd bench/peers && $(GO) run . -layouts $(FLAGS)

peers-test: ## vet and test that comparison, which is a module of its own
	cd bench/peers && $(GO) vet ./... && $(GO) mod tidy -diff && $(GO) test ./...

lint: ## gofmt, go vet, staticcheck, tidy modules, other systems
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	GOARCH=386 $(GO) vet ./...
	GOARCH=arm $(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	GOOS=freebsd $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	$(GO) tool -modfile=tools.mod staticcheck ./...
	$(GO) mod tidy -diff

smoke: ## run every benchmark once, in all its variants
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 1x ./bench -variants all

module: ## rename the module, so that others can go install it: make module PATH=github.com/you/overlap
	@PATH=$$(command -p getconf PATH) sh internal/rename.sh '$(PATH)'

clean: ## remove what was built and measured here, except results/reference
	rm -rf bin bench/peers/results
	find results -mindepth 1 -maxdepth 1 -not -name reference -exec rm -rf {} +
