// cell(at) = at / block · across + at / side mod across, and element(c, e): number e of cell c
fn cell(at: u32) -> u32 {
    return at / block * across + at / side % across;
}

fn element(c: u32, e: u32) -> u32 {
    return c / across * block + c % across * side + e / run * stride + e % run;
}
