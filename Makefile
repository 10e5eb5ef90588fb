# The build of overlap. FLAGS are passed to overlap run, BENCH chooses the
# benchmarks of bench and smoke.

GO    ?= go
BENCH ?= .
FLAGS ?=

sources := $(shell find . -path ./results -prune -o \( -name '*.go' -not -name '*_test.go' -o -name page.html \) -print) go.mod go.sum

.PHONY: help bench run report test race lint smoke clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

test: ## run the tests
	$(GO) test ./...

race: ## run the tests under the race detector
	$(GO) test -race -short ./...

lint: ## gofmt, go vet, staticcheck, tidy modules, other systems
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	$(GO) tool -modfile=tools.mod staticcheck ./...
	$(GO) mod tidy -diff

smoke: ## run every benchmark once
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 1x ./bench

clean: ## remove what was built and measured here, except results/reference
	rm -rf bin
	find results -mindepth 1 -maxdepth 1 -not -name reference -exec rm -rf {} +
