package workloads

import (
	"net"
	"testing"
)

// damages break a set-up job in a way that an error of scheduling or of the
// kernel would. nil says that the check is exact by construction.
var damages = map[string]func(Job){
	"ep":           func(j Job) { j.(*epJob).args[3].First++ },
	"nqueens":      func(j Job) { j.(*nqueensJob).args[5].Left = 0 },
	"mandelbrot":   func(j Job) { j.(*mandelbrotJob).args[5].Rows-- },
	"spectral":     func(j Job) { j.(*spectralJob).tasks-- },
	"dgemm":        func(j Job) { j.(*dgemmJob).c[17]++ },
	"hash":         func(j Job) { j.(*hashJob).args[3].First++ },
	"sieve":        func(j Job) { j.(*sieveJob).args[3].End -= 100 },
	"sort":         func(j Job) { j.(*sortJob).in[3]++ },
	"wavefront":    func(j Job) { j.(*wavefrontJob).grid[64*5]++ }, // as if a row had been stored wrongly
	"uts":          func(j Job) { j.(*utsJob).args[7].Open[0].State[19]++ },
	"nstream":      func(j Job) { j.(*nstreamJob).a[17] += 8 },
	"transpose":    func(j Job) { j.(*transposeJob).a[1000]++ },
	"gups":         func(j Job) { j.(*gupsJob).table[17] ^= 1 },
	"stencil":      func(j Job) { j.(*stencilJob).in[10*48+10]++ }, // its neighbours then see two runs
	"bintrees":     func(j Job) { j.(*bintreesJob).args[3].Trees-- },
	"skynet":       func(j Job) { j.(*skynetJob).root /= 10 },
	"grain":        func(j Job) { j.(*grainJob).args[3].First++ },
	"counter":      func(j Job) { j.(*counterJob).tasks-- },
	"philosophers": func(j Job) { j.(*philosophersJob).tasks-- },
	"boundedbuf":   func(j Job) { j.(*boundedbufJob).producers[7].turn = func(*crowd) error { return nil } },
	"ring":         func(j Job) { j.(*ringJob).items-- },
	"ipc":          func(j Job) { j.(*ipcJob).payloads[3] = j.(*ipcJob).payloads[4] },
	"pipeline": func(j Job) {
		slot := &j.(*pipelineJob).slots[2]
		hash := slot.hash
		slot.hash = func(c *crowd) error { // as if the next block were generated too early
			slot.buffer[0]++
			return hash(c)
		}
	},
	"sleepers": nil, // a lost sleep is a lost task
	"netecho": func(j Job) {
		server := j.(*netechoJob).server.address()
		conn, err := echoConns.take(server)
		if err != nil {
			panic(err)
		}
		conn.Conn = garbled{conn.Conn}
		echoConns.put(server, conn)
	},
	"disk":     func(j Job) { j.(*diskAppendJob).args[3].Path = j.(*diskAppendJob).args[2].Path },
	"request":  func(j Job) { j.(*requestJob).args = j.(*requestJob).args[1:] },
	"cashiers": func(j Job) { j.(*cashiersJob).args[3] = j.(*cashiersJob).args[5] },
}

// garbled is a connection that changes what it reads.
type garbled struct{ net.Conn }

func (g garbled) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if n > 0 {
		b[0]++
	}
	return n, err
}

func TestCheckFindsWrongResults(t *testing.T) {
	byName(t, "damages", damages)
	for _, w := range All() {
		damage := damages[w.Name]
		if damage == nil {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			job := newJob(t, w, Params{Size: Small, Workers: 2})
			run(t, job, "pool", 2, 2)
			if err := job.Check(); err != nil {
				t.Fatal(err)
			}
			damage(job)
			run(t, job, "pool", 2, 1)
			if err := job.Check(); err == nil {
				t.Error("a damaged job passed its check")
			} else {
				t.Log(err)
			}
		})
	}
}
