// row(i) = [argmaxⱼ y[i,j] is among the p[0] largest of z[i,:]]
fn row(i: u32, convert: bool) -> f32 {
    return in_top(i, best_label(i * n));
}
