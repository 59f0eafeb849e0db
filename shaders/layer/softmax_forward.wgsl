// result = exp(x - max x) / sum
fn of_sum(sum: f32) -> f32 {
    return sum;
}

fn result(shifted: f32, sum: f32) -> f32 {
    return exp_(shifted) / sum;
}
