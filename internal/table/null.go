package table

import (
	"encoding/json"
	"math"
)

// Null is a number in JSON that is null where it is not finite.
type Null float64

// MarshalJSON implements json.Marshaler.
func (n Null) MarshalJSON() ([]byte, error) {
	if x := float64(n); math.IsNaN(x) || math.IsInf(x, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Null) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = Null(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}
