// right_row(i) = 1 where the largest output of row i is its largest label
fn right_row(i: u32) -> f32 {
    return right_side(i);
}
