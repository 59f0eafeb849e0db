// the smaller of v over `slices` lanes of one column, each of the two; every lane of the column gets it
var<workgroup> column_ends: array<vec2<f32>, columns * slices>;

fn column_least(part: vec2<f32>, column: u32, slice: u32) -> vec2<f32> {
    if (slices == 1u) { return part; }
    workgroupBarrier();
    column_ends[slice * columns + column] = part;
    workgroupBarrier();
    var least = part;
    for (var s = 0u; s < slices; s++) {
        least = min(least, column_ends[s * columns + column]);
    }
    return least;
}
