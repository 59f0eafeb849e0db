//! What nets are made of: activations, layers, losses, metrics, optimizers, schedules, initializers. One page each.

pub mod act;
pub mod collect;
pub mod config;
pub mod constraint;
pub mod init;
pub mod insight;
pub mod layer;
pub mod loss;
pub mod metric;
pub mod optim;
pub mod regularizer;
pub mod room;
pub mod schedule;
pub mod words;

use crate::kernel::AnyKernel;

/// Every kernel there is, page by page: what parity, bench and the tables walk over.
pub fn kernels() -> impl Iterator<Item = &'static dyn AnyKernel> {
    [crate::plan::kernels::KERNELS, collect::KERNELS]
        .into_iter()
        .chain(layer::KERNELS.iter().copied())
        .chain(loss::KERNELS.iter().copied())
        .chain(metric::KERNELS.iter().copied())
        .chain(optim::KERNELS.iter().copied())
        .chain(regularizer::KERNELS.iter().copied())
        .chain(constraint::KERNELS.iter().copied())
        .chain(insight::KERNELS.iter().copied())
        .flat_map(|page| page.iter().copied())
}

/// Declares the pages of a folder; the word in the list is the registration of the page's kernels.
macro_rules! pages {
    ($($page:ident),* $(,)?) => {
        $(pub mod $page;)*
        /// The kernels of this folder, page by page.
        pub static KERNELS: &[&[&dyn $crate::kernel::AnyKernel]] = &[$($page::KERNELS),*];
    };
}
pub(crate) use pages;
