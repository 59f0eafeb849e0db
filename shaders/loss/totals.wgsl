// totals += [loss · samples, right / per, samples] as pairs (low, high); totals[6] = loss of the batch
fn add_total(at: u32, v: f32) {
    let pair = added(vec2<f32>(totals[at], totals[at + 1u]), v);
    totals[at] = pair.x;
    totals[at + 1u] = pair.y;
}

fn add_batch(loss: f32, right: f32) {
    let samples = f32(min(step.rows, m / per));
    add_total(0u, loss * samples);
    add_total(2u, right / f32(per));
    add_total(4u, samples);
    totals[6] = loss;
}
