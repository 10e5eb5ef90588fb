package workloads

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"sync"

	"overlap/primitives"
)

// Hash computes the root of a SHA-256 tree over a buffer. Word i of the buffer
// is the i-th number of splitmix64 from seed 0, in little-endian order (the
// first bytes are af cd 1d 7b 39 a8 20 e2). The buffer is cut into leaves of
// 16 KiB. A leaf's digest is SHA-256 of its bytes; a pair's is SHA-256 of the two
// digests, left before right; a digest without a partner moves up a level
// unchanged.
//
// A piece is the subtree over 8 leaves. Small is 16 pieces, 2 MiB; medium 128,
// 16 MiB; large 1024, 128 MiB. A slice is the beginning of the buffer. Each
// process makes the buffer when it first needs it, and keeps it. Items are bytes.
var Hash = Workload{
	Name:    "hash",
	Kind:    CPU,
	Doc:     "the root of a SHA-256 tree over 16 MiB, a task per subtree of 8 leaves of 16 KiB",
	Models:  "content hashes: downloads, backups, version control, container images",
	Source:  "hash trees (Merkle, 1979), with the standard library's SHA-256",
	Limit:   "the CPU's SHA instructions, or general instructions on CPUs without them",
	Checked: "the root, against the serial program; its values for all sizes were computed with Python's hashlib",
	Expect:  Linear,
	Why:     "subtrees are independent, and hashing a byte takes longer than loading it",
	SetUp:   newHash,
}

const (
	hashLeaf   = 16 << 10 // bytes
	hashLeaves = 8        // in a piece; a power of two, so that pieces are whole subtrees
)

// HashDigest is a SHA-256 digest. It prints as hexadecimal digits.
type HashDigest [sha256.Size]byte

func (d HashDigest) String() string { return hex.EncodeToString(d[:]) }

// HashLeaves is the argument of a piece: which leaves of the buffer, and how
// many the whole buffer has.
type HashLeaves struct{ First, Leaves, Of int64 }

var hashPiece = primitives.Define("workloads.hash", func(_ context.Context, l HashLeaves) (HashDigest, error) {
	buffer := hashBuffer(int(l.Of) * hashLeaf)
	var digests [hashLeaves]HashDigest
	for i := range l.Leaves {
		start := (l.First + i) * hashLeaf
		digests[i] = sha256.Sum256(buffer[start : start+hashLeaf])
	}
	return hashRoot(digests[:l.Leaves]), nil
})

type hashJob struct {
	exact[HashDigest]
	divided[HashLeaves, HashDigest]
}

func newHash(p Params) (Job, error) {
	pieces := p.amount(16, 128, 1024)
	leaves := pieces * hashLeaves
	j := &hashJob{}
	j.items, j.piece = leaves*hashLeaf, hashPiece
	for i := range pieces {
		j.args = append(j.args, HashLeaves{int64(i * hashLeaves), hashLeaves, int64(leaves)})
	}
	j.merge = func(roots []HashDigest) { j.compare(hashRoot(roots)) }
	j.plain = func() HashDigest { return hashSubtree(hashBuffer(j.items)) }
	j.want = j.plain()
	return j, nil
}

// hashSubtree returns the digest of the node over these leaves. It works from the
// root down, where the pieces and hashRoot work from the leaves up. Under a node's
// left child is the largest power of two of leaves that is less than all.
func hashSubtree(leaves []byte) HashDigest {
	n := len(leaves) / hashLeaf
	if n == 1 {
		return sha256.Sum256(leaves)
	}
	left := hashLeaf << (bits.Len(uint(n-1)) - 1)
	return hashPair(hashSubtree(leaves[:left]), hashSubtree(leaves[left:]))
}

// hashRoot returns the root over digests, which it overwrites.
func hashRoot(digests []HashDigest) HashDigest {
	for len(digests) > 1 {
		n := len(digests)
		for i := range n / 2 {
			digests[i] = hashPair(digests[2*i], digests[2*i+1])
		}
		if n%2 == 1 {
			digests[n/2] = digests[n-1]
		}
		digests = digests[:(n+1)/2]
	}
	return digests[0]
}

func hashPair(left, right HashDigest) HashDigest {
	var pair [2 * sha256.Size]byte
	copy(pair[:], left[:])
	copy(pair[sha256.Size:], right[:])
	return sha256.Sum256(pair[:])
}

// hashed is the longest buffer that this process has needed. A shorter one is its
// beginning.
var hashed struct {
	sync.Mutex
	buffer []byte
}

func hashBuffer(n int) []byte {
	hashed.Lock()
	defer hashed.Unlock()
	if len(hashed.buffer) < n {
		buffer := make([]byte, n)
		touch(n/8, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				binary.LittleEndian.PutUint64(buffer[8*i:], splitmixAt(uint64(i)))
			}
		})
		hashed.buffer = buffer
	}
	return hashed.buffer[:n]
}
