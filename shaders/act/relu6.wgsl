// relu6(x) = x between 0 and 6, 0 below, 6 above (Krizhevsky 2010; Keras: slope 0 at 0 and 6)
fn relu6(x: f32, p: vec4<f32>) -> f32 {
    let low = select(x, 0.0, x < 0.0);
    return select(low, 6.0, low > 6.0);
}

fn relu6_slope(y: f32, p: vec4<f32>) -> f32 {
    return select(0.0, 1.0, y > 0.0 && y < 6.0);
}
