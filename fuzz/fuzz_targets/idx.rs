#![no_main]
wgrad_fuzz::target!("idx");
