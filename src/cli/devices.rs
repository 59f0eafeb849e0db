//! `wgrad devices`: what there is to train on, and whether it computes rightly.

use crate::base::Result;
use crate::judge::cases::calls;
use crate::judge::parity::{CpuTwins, Device, judge, sample_step};
use clap::Args;

/// Options of `wgrad devices`.
#[derive(Args)]
pub struct Options {
    /// Try each: does it open, do its canary kernels come out right, and a dozen of a training step's kernels? Fails if one
    /// does not
    #[arg(long)]
    check: bool,
}

/// Kernels of a training step of each sort: matrix products, reductions, logarithms, roots. `wgrad parity` tries all.
const CHECKED: [&str; 10] = [
    "copy",
    "dense_forward",
    "dense_grad_input",
    "dense_grad_kernel_bias",
    "batch_normalization_forward",
    "batch_normalization_grad",
    "softmax_forward",
    "sum_rows",
    "sparse_categorical_crossentropy_logits",
    "adam",
];

/// Compares the kernels with their f64 twins; gives how many comparisons there were.
fn compared(device: &dyn Device) -> anyhow::Result<usize> {
    let (mut tried, mut wrong) = (0, Vec::new());
    for call in calls().filter(|call| CHECKED.contains(&call.name())) {
        let row = judge(device, &*call, &[], sample_step(u32::MAX).rows)?;
        tried += 1;
        if !row.ok {
            let fault = row.fault.unwrap_or_else(|| format!("off by {:.1e}, {:.1e} is allowed", row.worst, row.bound));
            wrong.push(format!("{} {}: {fault}", row.kernel, row.dims));
        }
    }
    anyhow::ensure!(
        wrong.is_empty(),
        "{} of {tried} comparisons with the f64 twins: {}",
        wrong.len(),
        wrong.join("; ")
    );
    Ok(tried)
}

/// Says how a device does; gives whether it can be trusted.
fn told(device: Result<Box<dyn Device>>) -> bool {
    match device.map_err(anyhow::Error::from).and_then(|device| compared(&*device)) {
        Ok(tried) => println!("     ok, {tried} comparisons with the f64 twins"),
        Err(error) => {
            println!("     failed: {error:#}");
            return false;
        }
    }
    true
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    println!("cpu  this processor, {} threads", rayon::current_num_threads());
    let mut wrong = usize::from(options.check && !told(Ok(Box::new(CpuTwins))));
    wrong += gpus(options);
    anyhow::ensure!(wrong == 0, "{wrong} device(s) cannot be trusted; the reasons stand beside them");
    Ok(())
}

/// Lists the GPUs; gives how many cannot be trusted.
#[cfg(feature = "gpu")]
fn gpus(options: &Options) -> usize {
    use crate::exec::gpu::GpuDevice;
    let all = GpuDevice::all();
    if all.is_empty() {
        eprintln!("(no graphics device found; on Linux and Windows they need the Vulkan driver of the graphics card)");
    }
    let mut wrong = 0;
    for (i, adapter) in all.into_iter().enumerate() {
        println!("{i:<4} {adapter}");
        if options.check {
            // Opening a device runs its canary kernels.
            let opened = GpuDevice::open(&i.to_string()).map(|device| Box::new(device) as Box<dyn Device>);
            wrong += usize::from(!told(opened));
        }
    }
    wrong
}

#[cfg(not(feature = "gpu"))]
fn gpus(_: &Options) -> usize {
    println!("(built without the feature `gpu`)");
    0
}
