// sum over `slices` lanes of one column, in a fixed order; every lane of the column gets the sum
var<workgroup> column_parts: array<f32, columns * slices>;

fn column_sum(part: f32, column: u32, slice: u32) -> f32 {
    if (slices == 1u) { return part; }
    workgroupBarrier();
    column_parts[slice * columns + column] = part;
    workgroupBarrier();
    var sum = 0.0;
    for (var s = 0u; s < slices; s++) {
        sum += column_parts[s * columns + column];
    }
    return sum;
}
