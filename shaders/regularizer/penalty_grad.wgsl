// g[n] += r[b,0] sign p + 2 r[b,1] p
@group(0) @binding(2) var<storage, read_write> g: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> s: array<f32>;

fn each(i: u32, v: vec4<f32>, factor: vec2<f32>) {
    let zero = vec4<f32>();
    // 0 and NaN are their own signs.
    let sign_of = select(select(v, vec4<f32>(1.0), v > zero), vec4<f32>(-1.0), v < zero);
    g[i] += factor.x * sign_of + (2.0 * factor.y) * v;
}
