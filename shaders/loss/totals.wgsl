// totals += [loss · samples, right / per, samples] as pairs (low, high) worth low + 2²⁰ high; totals[6] = loss of the batch
fn add_pair(at: u32, v: f32) {
    let low = totals[at] + v;
    // Whole units of 2²⁰ move to the high word: powers of two, so that nothing is rounded.
    let carried = trunc(low * 9.5367431640625e-7);
    totals[at] = low - carried * 1048576.0;
    totals[at + 1u] += carried;
}

fn add_batch(loss: f32, right: f32) {
    let samples = f32(min(step.rows, m / per));
    add_pair(0u, loss * samples);
    add_pair(2u, right / f32(per));
    add_pair(4u, samples);
    totals[6] = loss;
}
