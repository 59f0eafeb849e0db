// row_of(x) = x to the nearest row there is: what is no index below rows is cut to one, NaN to row 0
fn row_of(x: f32) -> u32 {
    return u32(select(0.0, min(x, f32(rows - 1u)), x > 0.0));
}
