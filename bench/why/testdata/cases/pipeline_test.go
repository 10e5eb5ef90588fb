package cases

import "testing"

func BenchmarkPipeline(b *testing.B)         { sink.Add(int64(pipeline(b.N))) }
func BenchmarkPipelineRepaired(b *testing.B) { sink.Add(int64(pipelineRepaired(b.N))) }
