// samples[r / batch][r % batch][c] = table[order[first + r]][c], r < rows; 0 for r >= rows
//
// Numbers travel as bits. A table longer than a binding comes in chunks, one dispatch each: this one holds rows
// chunk_first .. chunk_first + chunk_rows; the first also clears the padding. An invocation takes `per` numbers.
struct Gather { first: u32, rows: u32, total: u32 }

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> samples: array<u32>;
@group(1) @binding(0) var<uniform> gather: Gather;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    let r = at / (width / per);
    let c = at % (width / per) * per;
    if (r >= gather.total) {
        return;
    }
    let to = r / batch * stride + r % batch * width + c;
    if (r >= gather.rows) {
        if (chunk_first == 0u) {
            for (var i = 0u; i < per; i++) {
                samples[to + i] = 0u;
            }
        }
        return;
    }
    let row = order[gather.first + r] - chunk_first;
    if (row < chunk_rows) {
        let start = row * width + c;
        for (var i = 0u; i < per; i++) {
            samples[to + i] = table[start + i];
        }
    }
}
