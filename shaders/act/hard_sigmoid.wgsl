// hard_sigmoid(x) = relu6(x + 3) / 6 (Keras 3; slope 0 at −3 and 3)
fn hard_sigmoid(x: f32, p: vec4<f32>) -> f32 {
    let low = select((x + 3.0) / 6.0, 0.0, x < -3.0);
    return select(low, 1.0, x > 3.0);
}

fn hard_sigmoid_slope(y: f32, p: vec4<f32>) -> f32 {
    return select(0.0, 0.16666666666666666, y > 0.0 && y < 1.0);
}
