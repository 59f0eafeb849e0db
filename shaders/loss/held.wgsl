// held(q) = q clipped to [10⁻⁷, 1 − 10⁻⁷]
fn held(q: f32) -> f32 {
    return select(select(q, 1e-7, q < 1e-7), 0.9999999, q > 0.9999999);
}

fn is_held(q: f32) -> bool {
    return q < 1e-7 || q > 0.9999999;
}
