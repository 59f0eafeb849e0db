//! Whole trainings on the CPU: repeatable, near the judge, and closed to bad input.

mod data;
mod input;
mod insight;
mod judged;
mod repeat;
mod schedules;
mod updates;
mod watched;
