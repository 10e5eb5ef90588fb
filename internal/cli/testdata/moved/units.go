// Package moved has ten small pieces of code for TestLayouts, which compares
// binaries of them that differ elsewhere. Some are known to depend on where the
// linker puts them.
package moved

// Units is how many units of work an operation has.
const Units = 100

// Edition is in the binary, and nothing that is timed reads it.
var Edition = "first"
