// l = max(‖a − q‖² − ‖a − r‖² + margin, 0), a q r the thirds of z[i,:], margin = p[0] (Schroff et al. 2015, arXiv:1503.03832)
const k: u32 = n / 3u;

fn apart(i: u32, third: u32) -> f32 {
    var sum = 0.0;
    for (var j = 0u; j < k; j++) {
        let d = z[i * n + j] - z[i * n + third * k + j];
        sum += d * d;
    }
    return sum;
}

fn row(i: u32, weight: f32) -> f32 {
    let loss = apart(i, 1u) - apart(i, 2u) + p.x;
    let twice = 2.0 * select(weight, 0.0, loss <= 0.0);
    for (var j = 0u; j < k; j++) {
        let a = z[i * n + j];
        let q = z[i * n + k + j];
        let r = z[i * n + 2u * k + j];
        dz[i * n + j] = twice * (r - q);
        dz[i * n + k + j] = twice * (q - a);
        dz[i * n + 2u * k + j] = twice * (a - r);
    }
    return select(loss, 0.0, loss < 0.0);
}

fn right_row(i: u32) -> f32 {
    return select(0.0, 1.0, apart(i, 1u) < apart(i, 2u));
}
