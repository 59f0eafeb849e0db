// row(i) = Σⱼ ŷ[i,j] ẑ[i,j], v̂ = v min(1 / ‖v‖, 10⁷)
fn row(i: u32, convert: bool) -> f32 {
    let d = dots(i);
    return d.z * inverse_norm(d.x) * inverse_norm(d.y);
}
