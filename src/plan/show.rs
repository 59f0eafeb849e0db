//! The listing: the plan as people read it, and as the snapshot tests compare it.

use super::{Dispatch, Plan, Program, Value};
use crate::kernel::Schedule;
use std::fmt;

impl Plan {
    fn operand(&self, v: Value) -> String {
        let info = &self.values[v.0];
        let shape: Vec<String> = info.shape.iter().map(usize::to_string).collect();
        format!("{}[{}]", info.name, shape.join("×"))
    }

    fn operands(&self, values: &[Value]) -> String {
        values.iter().map(|v| self.operand(*v)).collect::<Vec<_>>().join(", ")
    }

    /// One dispatch as a line: kernel, operands, stages.
    pub fn line(&self, d: &Dispatch) -> String {
        let stages = d.stages.iter().map(|(stage, aux)| {
            let aux = aux.map_or_else(String::new, |v| self.values[v.0].name.clone());
            format!("; {}", stage.show(&aux))
        });
        let stages: String = stages.collect();
        format!("{:<26} {} → {}{stages}", d.call.name(), self.operands(&d.reads), self.operands(&d.writes))
    }

    /// The listing with grids for one kind of device.
    pub fn listing(&self, schedule: Schedule) -> String {
        use fmt::Write;
        let mut out = String::new();
        for program in Program::ALL {
            let list = self.program(program);
            let _ = writeln!(out, "{program:?}: {} dispatches", list.len());
            for d in list {
                let [x, y, z] = d.call.shader(schedule).grid;
                let _ = writeln!(out, "  {}  grid {x}×{y}×{z}", self.line(d));
            }
        }
        let _ = writeln!(out, "Memory: {} bytes in {} buffers", self.bytes(), self.buffers.len());
        for b in &self.buffers {
            let _ = writeln!(out, "  {:>12}  {}", b.len * 4, b.label);
        }
        out
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.listing(Schedule::Tiles))
    }
}
