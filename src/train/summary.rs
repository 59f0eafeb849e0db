//! What a model consists of: Keras's table of layers, and the memory it takes on its device.

use super::graph::Source;
use super::layer::SharedLayer;
use super::model::{Model, not_compiled};
use super::record;
use crate::base::{Result, Seed};
use crate::plan::{Plan, Role, Tape};
use std::fmt;

/// A layer of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// Its name.
    pub name: String,
    /// Its class in Keras's words: `BatchNormalization`.
    pub class: String,
    /// The shape of a sample it gives, without the batch.
    pub shape: Vec<usize>,
    /// Numbers in its variables.
    pub parameters: usize,
    /// What it is applied to, where that is not the layer before.
    pub connected: Vec<String>,
}

/// Bytes on the device, by what they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceMemory {
    /// (what, bytes): variables, gradients, what the optimizer remembers, ….
    pub parts: Vec<(&'static str, u64)>,
    /// What the executor allocates for the plan: the parts, rounded up as the device asks, and its own small buffers.
    pub allocated: u64,
    /// Samples a batch it is counted for.
    pub batch: usize,
}

/// What a model consists of; prints as Keras's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The kind of model: `sequential` or `functional`.
    pub kind: &'static str,
    /// The layers in the order they are applied in.
    pub rows: Vec<SummaryRow>,
    /// Numbers in all variables, in those that are trained, and in those that are not.
    pub parameters: [usize; 3],
    /// Memory for training, where the model is compiled.
    pub memory: Option<DeviceMemory>,
}

impl Model {
    /// The layers, the numbers of parameters, and, of a compiled model, its exact memory on the device for training.
    pub fn summary(&self) -> Summary {
        let shapes = self.shapes().unwrap_or_default();
        let shape = |node: usize| shapes.get(node).cloned().unwrap_or_default();
        let graph = self.graph();
        let mut rows = Vec::new();
        let mut seen: Vec<SharedLayer> = Vec::new();
        for (tensor, outputs) in graph.nodes().iter().zip(&self.flat.top) {
            let Source::Layer(layer, from) = &tensor.node.source else { continue };
            let connected = from.iter().map(|t| match &t.node.source {
                Source::Layer(l, _) => l.name().unwrap_or(l.kind()).to_owned(),
                Source::Input(_, name) => name.get().cloned().unwrap_or_else(|| "input".to_owned()),
            });
            let connected = if graph.kind() == "sequential" { Vec::new() } else { connected.collect() };
            // A layer applied again is told of by what it is applied to.
            let first = !seen.iter().any(|l| l.is(layer));
            seen.push(layer.clone());
            rows.push(SummaryRow {
                name: layer.name().unwrap_or(layer.kind()).to_owned(),
                class: class(layer.kind()),
                shape: outputs.first().map(|node| shape(*node)).unwrap_or_default(),
                parameters: if first { layer.variables().iter().map(super::Variable::len).sum() } else { 0 },
                connected,
            });
        }
        Summary { kind: graph.kind(), rows, parameters: self.parameters(), memory: self.memory(self.batch()).ok() }
    }

    /// Numbers in all variables, in those training moves, and in those it does not: as layers are frozen now.
    pub fn parameters(&self) -> [usize; 3] {
        let total = self.variables().iter().map(super::Variable::len).sum();
        let mut tape = Tape::new(1, Seed(0));
        tape.leave_variables_blank();
        let mut flat = super::flat::Flat::new(self.graph()).unwrap_or_default();
        flat.settle();
        let trained = record::inputs(&mut tape, &flat)
            .and_then(|xs| record::forward(&mut tape, &flat, &xs, &[], None))
            .map_or(0, |_| tape.segments().iter().map(|(s, _)| tape.len(s.value)).sum());
        [total, trained, total - trained]
    }

    /// Bytes on the device for training in batches of `batch`, known before anything is allocated. Data sets come on top.
    ///
    /// # Errors
    /// The model is not compiled, or does not work with this batch size.
    pub fn memory(&self, batch: usize) -> Result<DeviceMemory> {
        if self.compiled.is_none() {
            return Err(not_compiled());
        }
        let plan = self.plan(batch)?;
        let size = self.device.number_size();
        let parts = parts(&plan).into_iter().map(|(what, numbers)| (what, numbers as u64 * size)).collect();
        Ok(DeviceMemory { parts, allocated: self.device.bytes(&plan), batch })
    }

    /// The shape of a sample of every node.
    pub(super) fn shapes(&self) -> Result<Vec<Vec<usize>>> {
        let mut tape = Tape::new(1, Seed(0));
        tape.leave_variables_blank();
        let xs = record::inputs(&mut tape, &self.flat)?;
        let values = record::forward(&mut tape, &self.flat, &xs, &[], None)?;
        Ok(values.into_iter().map(|v| tape.shape(v)[1..].to_vec()).collect())
    }
}

/// Numbers in the plan's buffers by what they are for.
fn parts(plan: &Plan) -> Vec<(&'static str, usize)> {
    let mut parts: Vec<(&'static str, usize)> = Vec::new();
    for (i, buffer) in plan.buffers.iter().enumerate() {
        let role =
            plan.values.iter().zip(&plan.places).find(|(v, p)| p.buffer == i && v.role != Role::View && p.len > 0);
        let what = match role.map(|(v, _)| v.role) {
            Some(Role::Param) => "variables",
            Some(Role::Grad) => "gradients",
            Some(Role::Whole(crate::plan::Arena::Param, _)) => "variables",
            Some(Role::Whole(crate::plan::Arena::Grad, _)) => "gradients",
            Some(Role::Whole(crate::plan::Arena::Slot(_), _)) => "optimizer",
            Some(Role::State) => "statistics and frozen variables",
            Some(Role::Input) => "batches",
            Some(Role::Output) => "results",
            Some(Role::Auxiliary) => "totals and tables",
            Some(Role::Temp | Role::View) | None => "activations and their gradients",
        };
        match parts.iter_mut().find(|(w, _)| *w == what) {
            Some((_, numbers)) => *numbers += buffer.len,
            None => parts.push((what, buffer.len)),
        }
    }
    parts
}

/// Keras's name of a class: `batch_normalization` is `BatchNormalization`.
fn class(kind: &str) -> String {
    match kind {
        "relu" => "ReLU".to_owned(),
        "elu" => "ELU".to_owned(),
        "prelu" => "PReLU".to_owned(),
        "rrelu" => "RReLU".to_owned(),
        "leaky_relu" => "LeakyReLU".to_owned(),
        _ => kind
            .split('_')
            .map(|w| w.chars().take(1).flat_map(char::to_uppercase).chain(w.chars().skip(1)).collect::<String>())
            .collect(),
    }
}

/// 1234567 as `1,234,567`.
pub(crate) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let cut =
        |(i, c): (usize, char)| if i > 0 && (digits.len() - i).is_multiple_of(3) { vec![',', c] } else { vec![c] };
    digits.chars().enumerate().flat_map(cut).collect()
}

/// Bytes as Keras writes them: `1.04 MB`.
pub(crate) fn bytes(n: u64) -> String {
    let units = ["B", "KB", "MB", "GB", "TB"];
    let at = (0..units.len() - 1).take_while(|i| n >> (10 * (i + 1)) > 0).count();
    if at == 0 { format!("{n} B") } else { format!("{:.2} {}", n as f64 / f64::powi(1024.0, at as i32), units[at]) }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sequential = self.rows.iter().all(|r| r.connected.is_empty());
        let mut table = vec![vec!["Layer (type)".to_owned(), "Output Shape".to_owned(), "Param #".to_owned()]];
        table.extend(self.rows.iter().map(|r| {
            let shape = r.shape.iter().map(|a| format!(", {a}")).collect::<String>();
            vec![format!("{} ({})", r.name, r.class), format!("(None{shape})"), grouped(r.parameters)]
        }));
        if !sequential {
            table[0].push("Connected to".to_owned());
            table[1..].iter_mut().zip(&self.rows).for_each(|(t, r)| t.push(r.connected.join(", ")));
        }
        let columns = table[0].len();
        let width = |c: usize| table.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let rule = |[left, line, cross, right]: [&str; 4]| {
            let cells: Vec<String> = widths.iter().map(|w| line.repeat(w + 2)).collect();
            format!("{left}{}{right}", cells.join(cross))
        };
        let row = |cells: &[String], bar: &str| {
            let cell = |(c, text): (usize, &String)| {
                let pad = " ".repeat(widths[c] - text.chars().count());
                if c == 2 { format!(" {pad}{text} ") } else { format!(" {text}{pad} ") }
            };
            let cells: Vec<String> = cells.iter().enumerate().map(cell).collect();
            format!("{bar}{}{bar}", cells.join(bar))
        };
        writeln!(f, "Model: \"{}\"", self.kind)?;
        writeln!(f, "{}", rule(["┏", "━", "┳", "┓"]))?;
        writeln!(f, "{}", row(&table[0], "┃"))?;
        writeln!(f, "{}", rule(["┡", "━", "╇", "┩"]))?;
        for (i, cells) in table[1..].iter().enumerate() {
            if i > 0 {
                writeln!(f, "{}", rule(["├", "─", "┼", "┤"]))?;
            }
            writeln!(f, "{}", row(cells, "│"))?;
        }
        writeln!(f, "{}", rule(["└", "─", "┴", "┘"]))?;
        for (what, n) in ["Total", "Trainable", "Non-trainable"].into_iter().zip(self.parameters) {
            writeln!(f, " {what} params: {} ({})", grouped(n), bytes(n as u64 * 4))?;
        }
        let Some(memory) = &self.memory else { return Ok(()) };
        writeln!(f, " Device memory for training, batches of {}: {}", memory.batch, bytes(memory.allocated))?;
        let parts: Vec<String> = memory.parts.iter().map(|(what, n)| format!("{what} {}", bytes(*n))).collect();
        write!(f, "   {}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, class, grouped};

    #[test]
    fn words_as_keras_writes_them() {
        assert_eq!(
            [class("dense"), class("batch_normalization"), class("elu")],
            ["Dense", "BatchNormalization", "ELU"]
        );
        assert_eq!([class("relu"), class("leaky_relu")], ["ReLU", "LeakyReLU"]);
        assert_eq!([grouped(0), grouped(999), grouped(271_346)], ["0", "999", "271,346"]);
        assert_eq!([bytes(12), bytes(9472), bytes(1_085_384)], ["12 B", "9.25 KB", "1.04 MB"]);
    }
}
