// p[n] = rule(g[n] scaled and held within ±clip_value, p[n], what decay takes of it, rate), with a row of t[n/64, 4] for each 64 numbers
//
// A row is: learning-rate multiplier (0: frozen), weight-decay multiplier, scale of the gradient, trust ratio.
// The text behind brings `fn rule(i, g, p, lost, rate)` and its own slots, from binding 3 on.
@group(0) @binding(0) var<storage, read> g: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> t: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= n / 4u) { return; }
    let row = t[i / 16u];
    if (row.x == 0.0) { return; }
    let rate = step.learning_rate * row.x;
    var gradient = g[i] * row.z;
    if (clip_value > 0.0) {
        let most = vec4<f32>(clip_value);
        gradient = select(gradient, most, gradient > most);
        gradient = select(gradient, -most, gradient < -most);
    }
    let theta = p[i];
    p[i] = rule(i, gradient, theta, theta * (weight_decay * rate * row.y), rate);
}
