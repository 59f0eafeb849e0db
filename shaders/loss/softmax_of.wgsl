// softmax_of(i) = (maxⱼ z[i,j], Σⱼ exp(z[i,j] − max))
fn softmax_of(i: u32) -> vec2<f32> {
    let start = i * n;
    var largest = z[start];
    for (var j = 1u; j < n; j++) {
        let v = z[start + j];
        largest = select(largest, v, v > largest);
    }
    var sum = 0.0;
    for (var j = 0u; j < n; j++) { sum += exp_(z[start + j] - largest); }
    return vec2<f32>(largest, sum);
}
