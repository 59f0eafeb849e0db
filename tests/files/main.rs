//! Models in files: Keras's own files and their predictions and trainings, what is written and read again, and files that
//! want more than to be read.

mod archive;
mod bombs;
mod cases;
mod clock;
mod damage;
mod goldens;
mod hostile;
mod round_trips;
