// row(i) = [argmaxⱼ z[i,j] = argmaxⱼ y[i,j]]
fn row(i: u32, convert: bool) -> f32 {
    return select(0.0, 1.0, best_output(i * n) == best_label(i * n));
}
