// result = x - max x - ln sum
fn of_sum(sum: f32) -> f32 {
    return log_(sum);
}

fn result(shifted: f32, log_sum: f32) -> f32 {
    return shifted - log_sum;
}
