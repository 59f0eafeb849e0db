// added((low, high), v) = a pair worth low + 2²⁰ high + v
fn added(pair: vec2<f32>, v: f32) -> vec2<f32> {
    let low = pair.x + v;
    // Whole units of 2²⁰ move to the high word: powers of two, so that nothing is rounded.
    let carried = trunc(low * 9.5367431640625e-7);
    return vec2<f32>(low - carried * 1048576.0, pair.y + carried);
}
