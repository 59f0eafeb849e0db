#![no_main]
wgrad_fuzz::target!("weights_h5");
