// state = (Σᵢ w[i / per] v(i), Σᵢ w[i / per]) over live rows, added up batch by batch as pairs (low, high)
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> state: array<f32>;

fn add_state(at: u32, v: f32) {
    let pair = added(vec2<f32>(state[at], state[at + 1u]), v);
    state[at] = pair.x;
    state[at + 1u] = pair.y;
}

@compute @workgroup_size(lanes)
fn main(@builtin(local_invocation_index) lane: u32) {
    let live = live_rows();
    let convert = converts(lane, live);
    var values = 0.0;
    var weights = 0.0;
    for (var i = lane; i < live; i += lanes) {
        let weight = w[i / per];
        values += weight * row(i, convert);
        weights += weight;
    }
    let value = sum_lanes(lane, values);
    let weight = sum_lanes(lane, weights);
    if (lane == 0u) {
        add_state(0u, value);
        add_state(2u, weight);
    }
}
