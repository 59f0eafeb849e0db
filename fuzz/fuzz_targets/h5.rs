#![no_main]
wgrad_fuzz::target!("h5");
