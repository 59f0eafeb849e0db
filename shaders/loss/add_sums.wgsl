// totals += the batch whose losses and right rows are sums[2 g] and sums[2 g + 1] for g < groups, in this order
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> totals: array<f32>;

@compute @workgroup_size(1)
fn main() {
    var loss = 0.0;
    var right = 0.0;
    for (var g = 0u; g < groups; g++) {
        loss += sums[2u * g];
        right += sums[2u * g + 1u];
    }
    add_batch(loss, right);
}
