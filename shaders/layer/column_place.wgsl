// place(r, j) = (r / inner · n + j) · inner + r mod inner: number r of column j of x[rows/inner, n, inner]
fn place(r: u32, j: u32) -> u32 {
    return (r / inner * n + j) * inner + r % inner;
}
