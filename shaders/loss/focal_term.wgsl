// focal(q, t) = −α t (1 − c)ᵞ log c, c = q clipped, γ = p[1], α = p[2]; focal_slope its slope by q, 0 where clipped
fn power_(v: f32, exponent: f32) -> f32 {
    return select(exp_(exponent * log_(v)), 1.0, exponent == 0.0);
}

fn focal(q: f32, t: f32) -> f32 {
    let c = held(q);
    return -p.z * t * power_(held(1.0 - q), p.y) * log_(c);
}

fn focal_slope(q: f32, t: f32) -> f32 {
    let rest = held(1.0 - q);
    let slope = p.z * t * (p.y * power_(rest, p.y - 1.0) * log_(q) - power_(rest, p.y) / q);
    return select(slope, 0.0, is_held(q));
}
