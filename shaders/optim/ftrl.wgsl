// h = g + 2 shrink p; t = s + g^2; z[n] = z + h - (t^k - s^k) / rate p; p[n] = (clip(z, l1) - z) / (t^k / rate + 2 l2); s[n] = t; coef = [k, l1, l2, shrink, beta]
@group(0) @binding(3) var<storage, read_write> s: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> z: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, whole: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let p = whole - lost;
    // Nothing is known of a step of no length.
    if (rate == 0.0) { return p; }
    let c = step.coef[0];
    let sum = s[i] + g * g;
    let grown = growth(s[i], g * g, c.x);
    let linear = z[i] + ((g + 2.0 * c.w * p) - grown / rate * p);
    var held = select(linear, vec4<f32>(c.y), linear > vec4<f32>(c.y));
    held = select(held, vec4<f32>(-c.y), linear < vec4<f32>(-c.y));
    s[i] = sum;
    z[i] = linear;
    let l2 = c.z + step.coef[1].x / (2.0 * rate);
    return (held - linear) / (power(sum, c.x) / rate + 2.0 * l2);
}

// (s + q)^k - s^k without taking nearby numbers apart
fn growth(s: vec4<f32>, q: vec4<f32>, k: f32) -> vec4<f32> {
    var grown = q / (sqrt(s + q) + sqrt(s));
    if (k != 0.5) {
        let e = vec4(grown_by(q.x / s.x, k), grown_by(q.y / s.y, k), grown_by(q.z / s.z, k), grown_by(q.w / s.w, k));
        grown = power(s, k) * e;
    }
    grown = select(grown, power(q, k), s == vec4<f32>());
    return select(grown, vec4<f32>(), q == vec4<f32>());
}

fn grown_by(share: f32, k: f32) -> f32 {
    return expm1_(k * log1p_(share));
}

// v^k for v >= 0
fn power(v: vec4<f32>, k: f32) -> vec4<f32> {
    if (k == 0.5) { return sqrt(v); }
    return vec4(exp_(k * log_(v.x)), exp_(k * log_(v.y)), exp_(k * log_(v.z)), exp_(k * log_(v.w)));
}
