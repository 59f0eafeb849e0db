// row(i) = [argmaxⱼ z[i,j] = y[i]]
fn row(i: u32, convert: bool) -> f32 {
    return select(0.0, 1.0, f32(best_output(i * n)) == y[i]);
}
