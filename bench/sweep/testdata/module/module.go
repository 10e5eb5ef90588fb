// Package foreign stands for a module that knows nothing of this suite.
package foreign
