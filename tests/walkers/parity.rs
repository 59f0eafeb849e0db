//! Parity of the CPU's own f32 twins with the f64 ones: what devices without a GPU train with.

use wgrad::judge::parity::{self, CpuTwins};
use wgrad::judge::ulp::{self, FUNCTIONS};

#[test]
fn f32_twins_follow_the_f64_ones() {
    let rows = parity::walk(&CpuTwins, &mut |_| {}).expect("the CPU is not lost");
    assert!(rows.len() > 500, "{} rows", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter(|r| !r.ok)
        .map(|r| format!("{} ({}) [{}] rows {}: {:?}", r.kernel, r.dims, r.stages, r.rows, r.fault))
        .collect();
    assert!(wrong.is_empty(), "{} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn f32_functions_are_within_two_ulps() {
    for function in 0..FUNCTIONS.len() {
        let found = ulp::sweep(&CpuTwins, function, ulp::SAMPLED).expect("the CPU is not lost");
        assert!(found.ok() && found.tried > 200_000, "{found:?}");
    }
}
