// l = −Σⱼ ŷ[i,j] ẑ[i,j], v̂ = v min(1 / ‖v‖, 10⁷); ∇l = −b a (y − z a² Σⱼ y z), a and b the factors of z and y
fn row(i: u32, weight: f32) -> f32 {
    let d = dots(i);
    let a = inverse_norm(d.x);
    let b = inverse_norm(d.y);
    let back = select(d.z * a * a, 0.0, d.x < 1e-14);
    for (var j = 0u; j < n; j++) {
        let at = i * n + j;
        dz[at] = -weight * b * a * (y[at] - z[at] * back);
    }
    return -d.z * a * b;
}
