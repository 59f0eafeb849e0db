// dtable[x[i],c] = sum of dy[k,c] over all k with x[k] = x[i], in ascending order, by the first such i; links = [next, first]
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> links: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dtable: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    let i = at / width;
    if (i >= n || links[n + min(i, n - 1u)] == 0.0) { return; }
    let c = at % width;
    var sum = 0.0;
    var k = i;
    // A chain ascends, so that it ends after n places at most.
    for (var steps = 0u; steps < n && k < n; steps++) {
        sum += dy[k * width + c];
        k = u32(links[k]);
    }
    dtable[row_of(x[i]) * width + c] = sum;
}
