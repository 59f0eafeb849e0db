// strided(at) = sum i_k s_k, i_0 … i_5 being the indices of number `at` of an array of sizes e0 … e5
fn strided(at: u32) -> u32 {
    var rest = at;
    var source = rest % e5 * s5;
    rest /= e5;
    source += rest % e4 * s4;
    rest /= e4;
    source += rest % e3 * s3;
    rest /= e3;
    source += rest % e2 * s2;
    rest /= e2;
    source += rest % e1 * s1;
    return source + rest / e1 * s0;
}
