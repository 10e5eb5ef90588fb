// Package bad has benchmarks that misbehave.
package bad
