//! `wgrad devices`: what there is to train on.

use clap::Args;

/// Options of `wgrad devices`.
#[derive(Args)]
pub struct Options {
    /// Run the canary kernels on each: does the driver compute rightly?
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    println!("cpu  this processor, {} threads", rayon::current_num_threads());
    gpus(options)
}

#[cfg(feature = "gpu")]
fn gpus(options: &Options) -> anyhow::Result<()> {
    use crate::exec::gpu::GpuDevice;
    let mut wrong = 0;
    let all = GpuDevice::all();
    if all.is_empty() {
        eprintln!("(no graphics device found; on Linux and Windows they need the Vulkan driver of the graphics card)");
    }
    for (i, adapter) in all.into_iter().enumerate() {
        println!("{i:<4} {adapter}");
        if options.check {
            // Opening a device runs its canary kernels.
            match GpuDevice::open(&i.to_string()) {
                Ok(_) => println!("     computes rightly"),
                Err(error) => {
                    wrong += 1;
                    println!("     {error}");
                }
            }
        }
    }
    anyhow::ensure!(wrong == 0, "{wrong} device(s) cannot be trusted; the reasons stand beside them");
    Ok(())
}

#[cfg(not(feature = "gpu"))]
fn gpus(_: &Options) -> anyhow::Result<()> {
    println!("(built without the feature `gpu`)");
    Ok(())
}
