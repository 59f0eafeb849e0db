// binary_focal_crossentropy(z, y) = a (1 − q)ᵞ bce(z, t), q = t z + (1 − t)(1 − z), t smoothed by p[0], γ = p[1], a = α t + (1 − α)(1 − t), α = p[2], or 1 where p[3] is 0 (Lin et al. 2018)
fn power_(v: f32, exponent: f32) -> f32 {
    return select(exp_(exponent * log_(v)), 1.0, exponent == 0.0);
}

fn parts_(z: f32, y: f32, p: vec4<f32>) -> vec3<f32> {
    let t = y * (1.0 - p.x) + 0.5 * p.x;
    let balance = select(1.0, p.z * t + (1.0 - p.z) * (1.0 - t), p.w == 1.0);
    return vec3<f32>(t, 1.0 - (t * z + (1.0 - t) * (1.0 - z)), balance);
}

fn binary_focal_crossentropy(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let a = parts_(z, y, p);
    return a.z * power_(a.y, p.y) * binary_crossentropy(z, a.x, vec4<f32>(0.0));
}

fn binary_focal_crossentropy_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let a = parts_(z, y, p);
    let focus = -p.y * power_(a.y, p.y - 1.0) * (2.0 * a.x - 1.0) * binary_crossentropy(z, a.x, vec4<f32>(0.0));
    return a.z * (select(focus, 0.0, p.y == 0.0) + power_(a.y, p.y) * binary_crossentropy_slope(z, a.x, vec4<f32>(0.0)));
}
