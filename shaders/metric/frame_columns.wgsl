// state[c] = Σᵢ w[i / per] v(i, c), four numbers for each column c, over live rows, added up batch by batch as pairs
fn add_state(at: u32, v: f32) {
    let pair = added(vec2<f32>(state[at], state[at + 1u]), v);
    state[at] = pair.x;
    state[at + 1u] = pair.y;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let c = (group.y * groups.x + group.x) * 64u + lane;
    if (c >= columns) { return; }
    var sums = vec4<f32>(0.0);
    let live = live_rows();
    for (var i = 0u; i < live; i++) {
        sums += w[i / per] * column(i, c);
    }
    for (var s = 0u; s < 4u; s++) { add_state(8u * c + 2u * s, sums[s]); }
}
