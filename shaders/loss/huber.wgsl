// huber(z, y) = ½ d² where |d| ≤ δ, else δ |d| − ½ δ², d = z − y, δ = p[0] (Huber 1964)
fn huber(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = z - y;
    return select(p.x * abs(d) - 0.5 * p.x * p.x, 0.5 * d * d, abs(d) <= p.x);
}

fn huber_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = z - y;
    return select(select(d, -p.x, d < -p.x), p.x, d > p.x);
}
