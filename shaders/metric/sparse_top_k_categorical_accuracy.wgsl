// row(i) = [y[i] is among the p[0] largest of z[i,:]]
fn row(i: u32, convert: bool) -> f32 {
    return in_top(i, min(u32(y[i]), n - 1u));
}
