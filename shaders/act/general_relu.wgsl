// relu(x) = x if x > threshold, at most max_value, else (x − threshold) · negative_slope; p = those, and the slope at the ends
const UNLIMITED: f32 = 3.4028234663852886e38;

fn general_relu(x: f32, p: vec4<f32>) -> f32 {
    let limited = p.x < UNLIMITED;
    var y = select(x, 0.0, x <= p.z);
    y = select(y, p.x, limited && y > p.x);
    y = select(y, 0.0, limited && y < 0.0);
    return select(y, y + (x - p.z) * p.y, x < p.z);
}

fn general_relu_slope(x: f32, p: vec4<f32>) -> f32 {
    let limited = p.x < UNLIMITED;
    var slope = select(1.0, p.w, limited && (x == 0.0 || x == p.x));
    slope = select(slope, 0.0, x == p.z || (limited && (x < 0.0 || x > p.x)));
    return select(slope, p.y, x < p.z);
}
