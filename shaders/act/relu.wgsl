// relu(x) = x if x > 0 else 0; NaN goes through (Keras: slope 0 at 0)
fn relu(x: f32, p: vec4<f32>) -> f32 {
    return select(x, 0.0, x < 0.0);
}

fn relu_slope(y: f32, p: vec4<f32>) -> f32 {
    return select(0.0, 1.0, y > 0.0);
}
