package cases

// Node is a node of a syntax tree.
type Node struct {
	left, right *Node
	value       int
}

// parse makes a tree of a depth, which is garbage as soon as it was read.
func parse(depth int) *Node {
	n := &Node{value: depth} // why: allocation or allocator
	if depth > 0 {
		n.left, n.right = parse(depth-1), parse(depth-1)
	}
	return n
}

// Arena keeps the nodes of a tree, to be used for the next.
type Arena struct {
	nodes []Node
	used  int
}

func (a *Arena) parse(depth int) *Node {
	n := &a.nodes[a.used]
	a.used++
	*n = Node{value: depth}
	if depth > 0 {
		n.left, n.right = a.parse(depth-1), a.parse(depth-1)
	}
	return n
}

// read adds up the values of a tree.
func (n *Node) read() int {
	if n == nil {
		return 0
	}
	return n.value + n.left.read() + n.right.read()
}
