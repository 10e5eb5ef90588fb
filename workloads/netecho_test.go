package workloads

import (
	"testing"

	"overlap/primitives"
)

// The connections of child processes are still open when the job is closed.
func TestNetechoClosesBeforeItsClients(t *testing.T) {
	job, err := Netecho.New(Params{Size: Small, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ex, err := primitives.New("processes", primitives.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(t.Context())
	server := job.(*netechoJob).server.address()
	if err := job.Run(t.Context(), ex); err != nil {
		t.Error(err)
	}
	if err := job.Check(); err != nil {
		t.Error(err)
	}
	if err := job.Close(); err != nil {
		t.Error(err)
	}
	if _, err := dialEcho(server); err == nil {
		t.Error("the server still takes connections")
	}
	if left := len(echoConns.idle[server]); left > 0 {
		t.Errorf("%d connections are left", left)
	}
}
