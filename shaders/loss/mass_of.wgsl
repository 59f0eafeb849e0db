// mass_of(i) = Σⱼ z[i,j]
fn mass_of(i: u32) -> f32 {
    var sum = 0.0;
    for (var j = 0u; j < n; j++) { sum += z[i * n + j]; }
    return sum;
}
