// s alone: no gradient is wanted
@group(0) @binding(2) var<storage, read_write> s: array<f32>;

fn each(i: u32, v: vec4<f32>, factor: vec2<f32>) {}
