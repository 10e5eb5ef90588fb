package moved

// Run is an interpreter, whose branches depend on their predictors.
func Run() (sum int) {
	for u := range Units {
		sum += interpret(program, u%4)
	}
	return sum
}

const (
	push = iota
	add
	double
	drop
	less
	jump
	halt
)

// program doubles and adds until the top is beyond a thousand.
var program = []int{push, 1, push, 3, add, double, push, 7, add, less, 1000, jump, -9, drop, halt}

func interpret(code []int, seed int) int {
	stack := make([]int, 1, 16)
	stack[0] = seed
	for pc, steps := 0, 0; ; steps++ {
		top := len(stack) - 1
		switch code[pc] {
		case push:
			stack = append(stack, code[pc+1])
			pc += 2
		case add:
			stack[top-1] += stack[top]
			stack = stack[:top]
			pc++
		case double:
			stack[top] *= 2
			pc++
		case drop:
			return stack[0] + steps
		case less:
			if stack[top] < code[pc+1] && steps < 200 {
				pc += 2
			} else {
				pc += 4
			}
		case jump:
			pc += code[pc+1]
		case halt:
			return stack[top]
		}
	}
}
