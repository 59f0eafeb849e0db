// scaled = 1 / live rows
fn scaled(lane: u32, live: u32) -> f32 {
    return 1.0 / f32(live);
}
