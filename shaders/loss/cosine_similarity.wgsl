// l = −Σⱼ ŷ[i,j] ẑ[i,j], v̂ = v min(1 / ‖v‖, 10⁷); ∇l = −b a (y − z a² Σⱼ y z), a and b the factors of z and y
fn inverse_norm(square: f32) -> f32 {
    return select(1.0 / sqrt(square), 1e7, square < 1e-14);
}

fn row(i: u32, weight: f32) -> f32 {
    let start = i * n;
    var zz = 0.0;
    var yy = 0.0;
    var zy = 0.0;
    for (var j = 0u; j < n; j++) {
        let a = z[start + j];
        let b = y[start + j];
        zz += a * a;
        yy += b * b;
        zy += a * b;
    }
    let a = inverse_norm(zz);
    let b = inverse_norm(yy);
    let back = select(zy * a * a, 0.0, zz < 1e-14);
    for (var j = 0u; j < n; j++) {
        dz[start + j] = -weight * b * a * (y[start + j] - z[start + j] * back);
    }
    return -zy * a * b;
}
